import type { TestResults } from '../../../src/modules/policy/schema.ts'
import { EmptyState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import styles from './Studio.module.css'

/** Every case and what came of it. */
export function TestList({ results }: { results: TestResults | null }) {
  if (!results || results.cases.length === 0) return <EmptyState title="No test was run." />
  return results.cases.map(({ name, line, passed, problem }) => (
    <div key={line} className={styles.rule}>
      <Tone tone={passed ? 'met' : 'blocked'} wrap>
        {name}
      </Tone>
      {problem && (
        <div className="quiet small">
          Line {line}: {problem}
        </div>
      )}
    </div>
  ))
}
