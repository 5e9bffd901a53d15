import type { NoteKey, ReviewSheet } from '../../../src/modules/reviews/schema.ts'
import { keyOf } from './judgement.ts'
import styles from './ReviewPage.module.css'

type Props = { sheet: ReviewSheet; chosen: ReadonlySet<NoteKey>; choose: (key: NoteKey, on: boolean) => void }

/** One's own notes, each to be said with the decision or kept. */
export function NotesToPublish({ sheet, chosen, choose }: Props) {
  if (sheet.notes.length === 0) return null
  const titles = new Map<string, string>(sheet.assessment.requirements.map((each) => [keyOf(each), each.title]))
  return (
    <fieldset className={styles.notes}>
      <legend>Your private notes: what you tick becomes a comment that everybody reads</legend>
      {sheet.notes.map((note) => (
        <label key={note.about}>
          <input
            type="checkbox"
            checked={chosen.has(note.about)}
            onChange={(event) => choose(note.about, event.currentTarget.checked)}
          />
          <span>
            <span className="quiet small">{titles.get(note.about) ?? 'The review as a whole'}</span>
            <br />
            <span className="human">{note.text}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
