import type { Preview } from '../../../src/modules/studio/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { EmptyState } from '../../ui/States.tsx'
import { outcomeTones, Tone, ToneShape } from '../../ui/Tone.tsx'
import styles from './Studio.module.css'

/** What the text says about real versions, as if everybody who approved approved again. */
export function StudioPreview({ seen, stale }: { seen: Preview; stale: boolean }) {
  return (
    <Card title="What it says about three versions">
      <div className={styles.preview} aria-busy={stale} aria-live="polite">
        {seen.versions.map((each) => (
          <section key={`${each.model}@${each.version}`} className={styles.seen} aria-label={each.model}>
            <strong>{each.model}</strong> <span className="fact">{each.version}</span>
            <div>
              <Tone tone={outcomeTones[each.after]}>
                {each.after} in {each.environment}
              </Tone>{' '}
              {each.before !== each.after && <span className="quiet small">now {each.before}</span>}
            </div>
            <ul>
              {each.requirements.map(({ id, title, state, explanation }) => (
                <li key={id} title={explanation}>
                  <ToneShape tone={state} /> {title}
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      {seen.versions.length === 0 && (
        <EmptyState title="No version to show.">
          {seen.document ? 'No model has these tiers in these environments.' : 'The text has mistakes.'}
        </EmptyState>
      )}
    </Card>
  )
}
