import { type ReactNode, useEffect } from 'react'
import styles from './Page.module.css'

type Props = { title: string; heading?: ReactNode; actions?: ReactNode; intro?: ReactNode; children: ReactNode }

/** The frame of a page: its name in the window, its heading, its actions. */
export function Page({ title, heading, actions, intro, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Modelkeep`
  }, [title])
  return (
    <>
      <div className={styles.head}>
        <h1>{heading ?? title}</h1>
        {actions && <div className="row">{actions}</div>}
      </div>
      {intro && <p className={styles.intro}>{intro}</p>}
      {children}
    </>
  )
}
