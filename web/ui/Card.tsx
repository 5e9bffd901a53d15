import { type ReactNode, useId } from 'react'
import styles from './Card.module.css'

type Props = { title: ReactNode; children: ReactNode; actions?: ReactNode; flush?: boolean; level?: 2 | 3 }

/** A titled part of a page. `flush` lets rows and tables reach the edges. */
export function Card({ title, children, actions, flush = false, level = 2 }: Props) {
  const id = useId()
  const Heading = level === 2 ? 'h2' : 'h3'
  return (
    <section className={styles.card} aria-labelledby={id}>
      <div className={styles.head}>
        <Heading id={id} className={styles.title}>
          {title}
        </Heading>
        {actions}
      </div>
      <div className={flush ? styles.flush : styles.pad}>{children}</div>
    </section>
  )
}

export function KeyValues({ children }: { children: ReactNode }) {
  return <dl className={styles.pairs}>{children}</dl>
}

export function Pair({ name, children, wrap = false }: { name: ReactNode; children: ReactNode; wrap?: boolean }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className={wrap ? styles.wrap : undefined}>{children}</dd>
    </>
  )
}

/** Name at the left, answer at the right, a hairline between rows. */
export function Pairs({ rows }: { rows: readonly { name: ReactNode; value: ReactNode; key: string }[] }) {
  return (
    <ul className={styles.people}>
      {rows.map((row) => (
        <li key={row.key}>
          <span>{row.name}</span>
          <span>{row.value}</span>
        </li>
      ))}
    </ul>
  )
}
