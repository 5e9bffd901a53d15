import type { ReviewSheet } from '../../../src/modules/reviews/schema.ts'
import { ToneShape } from '../../ui/Tone.tsx'
import { type Judgement, keyOf } from './judgement.ts'
import styles from './ReviewPage.module.css'

/** Which requirements have to be different. */
export function ChangesChoice({ sheet, judgement }: { sheet: ReviewSheet; judgement: Judgement }) {
  return (
    <fieldset className={styles.notes}>
      <legend>Requirements that are not good enough</legend>
      {sheet.assessment.requirements.map((requirement) => {
        const key = keyOf(requirement)
        return (
          <label key={key}>
            <input
              type="checkbox"
              checked={judgement.marked.has(key)}
              onChange={(event) => judgement.mark(key, event.currentTarget.checked)}
            />
            <span>
              <ToneShape tone={requirement.state} /> {requirement.title}
            </span>
          </label>
        )
      })}
    </fieldset>
  )
}
