import type { CSSProperties, ReactNode } from 'react'

type Props = { label: string; className?: string | undefined; style?: CSSProperties; children: ReactNode }

/** What scrolls must take the focus, or the keyboard cannot reach what lies outside (axe: scrollable-region-focusable). */
const reachable = { tabIndex: 0 }

export function ScrollRegion({ label, className, style, children }: Props) {
  return (
    <section aria-label={label} className={className} style={style} {...reachable}>
      {children}
    </section>
  )
}
