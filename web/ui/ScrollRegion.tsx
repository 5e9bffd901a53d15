import type { CSSProperties, ReactNode } from 'react'

type Props = { label: string; className?: string | undefined; style?: CSSProperties; children: ReactNode }

/** What scrolls must take the focus, or the keyboard cannot reach what lies outside (axe: scrollable-region-focusable). */
const reachable = (label: string) => ({ role: 'group', tabIndex: 0, 'aria-label': label })

export function ScrollRegion({ label, className, style, children }: Props) {
  return (
    <div className={className} style={style} {...reachable(label)}>
      {children}
    </div>
  )
}
