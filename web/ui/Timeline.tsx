import type { ReactNode } from 'react'
import styles from './Timeline.module.css'
import type { ToneName } from './Tone.tsx'

export type Happening = { key: string; sentence: ReactNode; detail: ReactNode; tone?: ToneName }

/** What happened, newest first. */
export function Timeline({ items }: { items: readonly Happening[] }) {
  return (
    <ol className={styles.line}>
      {items.map((item) => (
        <li key={item.key} className={item.tone ? styles[item.tone] : undefined}>
          {item.sentence}
          <span className={styles.detail}>{item.detail}</span>
        </li>
      ))}
    </ol>
  )
}
