import { type ReactNode, useId } from 'react'
import { Button } from './Button.tsx'
import { useKeys } from './keys.ts'
import styles from './Peek.module.css'

type Props = { title: ReactNode; onClose: () => void; children: ReactNode }

/** A look at one row without leaving the table; filters and place survive. */
export function Peek({ title, onClose, children }: Props) {
  const id = useId()
  useKeys([{ keys: 'escape', label: 'Close the panel', run: onClose }])
  return (
    <aside className={styles.peek} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 id={id}>{title}</h2>
        <Button kind="bare" hint="Esc" onClick={onClose}>
          Close
        </Button>
      </div>
      {children}
    </aside>
  )
}
