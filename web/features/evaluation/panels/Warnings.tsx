import { Tone } from '../../../ui/Tone.tsx'
import styles from './Warnings.module.css'

/** What one must know before one rests anything on a result. */
export function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null
  return (
    <ul className={styles.warnings} aria-label="To bear in mind">
      {warnings.map((warning) => (
        <li key={warning}>
          <Tone tone="attention" wrap>
            {warning.charAt(0).toUpperCase() + warning.slice(1)}.
          </Tone>
        </li>
      ))}
    </ul>
  )
}
