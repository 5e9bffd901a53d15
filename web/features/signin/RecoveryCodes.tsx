import { Button } from '../../ui/Button.tsx'
import { CopyButton } from '../../ui/Copy.tsx'
import { Lead } from '../../ui/Lead.tsx'
import styles from './RecoveryCodes.module.css'

/** Shown once, when they were made. */
export function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  return (
    <>
      <Lead
        tone="attention"
        detail="Each opens your account once when the device is lost. They are not stored and will not be shown again."
        action={<Button onClick={onKept}>I have them</Button>}
      >
        Keep these recovery codes now.
      </Lead>
      <div className={styles.sheet}>
        <ul className={styles.codes} aria-label="Recovery codes">
          {codes.map((code) => (
            <li key={code} className="fact">
              {code}
            </li>
          ))}
        </ul>
        <CopyButton text={codes.join('\n')} what="recovery codes" />
      </div>
    </>
  )
}
