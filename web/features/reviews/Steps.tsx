import { Link } from '@tanstack/react-router'
import type { Requirement } from '../../../src/modules/policy/schema.ts'
import { ToneShape } from '../../ui/Tone.tsx'
import { keyOf } from './judgement.ts'
import styles from './ReviewPage.module.css'

type Props = { requirements: readonly Requirement[]; at: number; marked: ReadonlySet<string> }

/** Every requirement with its state, and the sheet at the end. */
export function Steps({ requirements, at, marked }: Props) {
  const last = requirements.length
  return (
    <nav aria-label="Requirements" className={styles.steps}>
      <ol>
        {requirements.map((requirement, index) => (
          <li key={keyOf(requirement)}>
            <Link
              from="/reviews/$id"
              to="."
              search={{ step: index }}
              replace
              aria-current={index === at ? 'step' : undefined}
            >
              <ToneShape tone={requirement.state} />
              <span>
                {requirement.title}
                {marked.has(keyOf(requirement)) && <span className="quiet small"> · to change</span>}
              </span>
            </Link>
          </li>
        ))}
        <li>
          <Link
            from="/reviews/$id"
            to="."
            search={{ step: last }}
            replace
            aria-current={at === last ? 'step' : undefined}
          >
            <span className={styles.sign}>Decide and sign</span>
          </Link>
        </li>
      </ol>
    </nav>
  )
}
