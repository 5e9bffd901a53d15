import { Tone } from '../../ui/Tone.tsx'
import { Fact } from '../../ui/Voice.tsx'
import styles from './ReviewPage.module.css'

/** A refusal stays on the page with who and why; what was written stays too. */
export function Refusal({ what, reasons }: { what: string; reasons: readonly { rule: string; message: string }[] }) {
  return (
    <div className={styles.refused}>
      <Tone tone="blocked">{what}</Tone>
      <ul style={{ margin: '4px 0 0', paddingLeft: 18 }}>
        {reasons.map((reason) => (
          <li key={reason.rule}>
            {reason.message} <Fact>{reason.rule}</Fact>
          </li>
        ))}
      </ul>
    </div>
  )
}
