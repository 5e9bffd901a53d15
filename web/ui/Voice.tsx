import type { ReactNode } from 'react'

/** What a machine says: digests, ids, numbers, code. */
export function Fact({ children, title }: { children: ReactNode; title?: string }) {
  return (
    <span className="fact" title={title}>
      {children}
    </span>
  )
}

/** What a person says: purposes, reasons, comments. */
export function Human({ children }: { children: ReactNode }) {
  return <div className="human">{children}</div>
}

export function Quote({ children, by }: { children: ReactNode; by?: ReactNode }) {
  return (
    <figure style={{ margin: 0, padding: '2px 0 0 12px', borderLeft: '2px solid var(--line2)' }}>
      <blockquote className="human" style={{ margin: 0 }}>
        {children}
      </blockquote>
      {by && (
        <figcaption className="quiet small" style={{ marginTop: 3 }}>
          {by}
        </figcaption>
      )}
    </figure>
  )
}

/** "1 file", "2 files": a number never stands without its unit. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`
}

export function bytes(size: number): string {
  if (size < 1000) return counted(size, 'byte')
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = size / 1000
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

/** Numbers in tables: enough digits to compare, a true minus sign. */
export function figureText(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  const text = Number.isInteger(value) && Math.abs(value) >= 10 ? value.toLocaleString('en') : value.toFixed(digits)
  return text.replace('-', '−')
}

export function signed(value: number, digits = 3): string {
  return `${value > 0 ? '+' : ''}${figureText(value, digits)}`
}
