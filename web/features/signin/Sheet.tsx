import { type ReactNode, useEffect } from 'react'
import { Brand } from '../../ui/Nav.tsx'
import styles from './Sheet.module.css'

type Props = {
  title: string
  heading?: ReactNode
  intro?: ReactNode
  wide?: boolean
  wider?: boolean
  foot?: ReactNode
  children: ReactNode
}

/** A page without navigation: one sheet of paper in the middle. */
export function Sheet({ title, heading, intro, wide = false, wider = false, foot, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Modelkeep`
  }, [title])
  return (
    <main className={`${styles.page} ${wide ? styles.wide : ''} ${wider ? styles.wider : ''}`}>
      <div className={styles.sheet}>
        <Brand />
        <h1>{heading ?? title}</h1>
        {intro && <p className={`quiet ${styles.intro}`}>{intro}</p>}
        {children}
      </div>
      {foot && <p className={styles.foot}>{foot}</p>}
    </main>
  )
}
