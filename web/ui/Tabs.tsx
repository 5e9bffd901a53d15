import type { ReactNode } from 'react'
import styles from './Tabs.module.css'

type Props = { label: string; children: ReactNode }

/** Tabs are links: each has an address, so the URL holds what is seen. */
export function Tabs({ label, children }: Props) {
  return (
    <nav className={styles.tabs} aria-label={label}>
      {children}
    </nav>
  )
}
