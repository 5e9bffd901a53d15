import type { Interval } from '../../../lib/statistics/index.ts'

/**
 * One computed number, or the reason why there is none. `low` and `high` are 95 % limits; `count` of `n` are numerator
 * and denominator where the number is a rate, and `n` alone the rows it rests on. No NaN and no infinity ever.
 */
export type OkFigure = {
  readonly state: 'ok'
  readonly value: number
  readonly low?: number
  readonly high?: number
  readonly count?: number
  readonly n?: number
}
export type Figure =
  | OkFigure
  | { readonly state: 'undefined'; readonly reason: string }
  | { readonly state: 'suppressed'; readonly reason: string }

export type FigureDetail = { readonly interval?: Interval | undefined; readonly count?: number; readonly n?: number }

/** A defined figure. A value that is not finite becomes undefined, limits that are not finite are left out. */
export function ok(value: number, { interval, count, n }: FigureDetail = {}): Figure {
  if (!Number.isFinite(value)) return none('not a finite number')
  const limits =
    interval && Number.isFinite(interval.low) && Number.isFinite(interval.high)
      ? { low: plain(interval.low), high: plain(interval.high) }
      : {}
  return {
    state: 'ok',
    value: plain(value),
    ...limits,
    ...(count === undefined ? {} : { count }),
    ...(n === undefined ? {} : { n }),
  }
}

/** No number, and why. It enters no minimum, maximum or mean. */
export function none(reason: string): Figure {
  return { state: 'undefined', reason }
}

/** A number that is withheld, and why. */
export function suppressed(reason: string): Figure {
  return { state: 'suppressed', reason }
}

/** The number of a figure, or undefined. */
export function numberOf(figure: Figure | undefined): number | undefined {
  return figure?.state === 'ok' ? figure.value : undefined
}

/** Canonical JSON knows no negative zero, so 0 has one form here too. */
function plain(value: number): number {
  return value === 0 ? 0 : value
}
