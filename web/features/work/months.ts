import type { Calendar } from '../../../src/modules/work/schema.ts'

/** Every month between two moments, `2026-11`; those alone that hold something, where there are more than fit. */
export function monthsBetween(from: string, until: string, load: Calendar['load'], most = 14): string[] {
  const held = new Set(load.flatMap(({ months }) => months.map(({ month }) => month)))
  const all: string[] = []
  const end = until.slice(0, 7)
  for (let at = new Date(`${from.slice(0, 7)}-01T00:00:00Z`); at.toISOString().slice(0, 7) <= end; ) {
    all.push(at.toISOString().slice(0, 7))
    at = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1))
  }
  return all.length <= most ? all : all.filter((month) => held.has(month))
}

const names = new Intl.DateTimeFormat('en', { month: 'short', year: '2-digit', timeZone: 'UTC' })

/** `Nov 26`. */
export function monthText(month: string): string {
  return names.format(new Date(`${month}-15T00:00:00Z`))
}

/** How strongly a cell is filled, in percent: nothing is not filled, and one is seen. */
export function strength(count: number, most: number): number {
  return count === 0 ? 0 : Math.round(10 + (30 * count) / most)
}
