import type { ReactNode } from 'react'
import styles from './Lead.module.css'
import { type ToneName, toneWords } from './Tone.tsx'

const marks: Record<ToneName, ReactNode> = {
  met: (
    <>
      <circle cx="10" cy="10" r="7.6" />
      <path d="m6.6 10.2 2.4 2.4 4.6-5" />
    </>
  ),
  attention: (
    <>
      <path d="M10 2.8 18 16.8H2z" strokeLinejoin="round" />
      <path d="M10 8v4.2M10 14.2v.4" />
    </>
  ),
  blocked: (
    <>
      <path d="M10 2 18 10l-8 8-8-8z" strokeLinejoin="round" />
      <path d="M7.4 7.4l5.2 5.2M12.6 7.4l-5.2 5.2" />
    </>
  ),
  waiting: (
    <>
      <circle cx="10" cy="10" r="7.6" />
      <path d="M10 5.8V10l2.8 2" />
    </>
  ),
  unknown: <rect x="3" y="3" width="14" height="14" rx="2" strokeDasharray="3 2.4" />,
}

type Props = {
  tone: ToneName
  children: ReactNode
  detail?: ReactNode
  action?: ReactNode
  /** What it is called where a page has several. */
  label?: string
}

/** The sentence a page opens with: is it allowed, until when, what must I do; and the one button that does it. */
export function Lead({ tone, children, detail, action, label = 'Status' }: Props) {
  return (
    <section aria-label={label} className={`${styles.lead} ${styles[tone]}`}>
      <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.8" role="img">
        <title>{toneWords[tone]}</title>
        {marks[tone]}
      </svg>
      <div>
        <p className={styles.sentence}>{children}</p>
        {detail && <p className={styles.detail}>{detail}</p>}
      </div>
      {action && <div className={styles.action}>{action}</div>}
    </section>
  )
}
