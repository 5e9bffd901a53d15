import type { ButtonHTMLAttributes, ReactNode } from 'react'
import styles from './Button.module.css'

type Props = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'> & {
  kind?: 'plain' | 'go' | 'bare' | 'refuse'
  hint?: string | undefined
  busy?: boolean
  children: ReactNode
}

/** The keyboard hint stands in the button it belongs to. */
export function Button({ kind = 'plain', hint, busy = false, children, type = 'button', disabled, ...rest }: Props) {
  return (
    <button
      type={type}
      className={`${styles.button} ${styles[kind]}`}
      disabled={disabled || busy}
      aria-busy={busy}
      {...rest}
    >
      {children}
      {hint && <Keys>{hint}</Keys>}
    </button>
  )
}

/** Hints hide themselves where there is no keyboard to press. */
export function Keys({ children }: { children: string }) {
  return <kbd className={styles.keys}>{children}</kbd>
}
