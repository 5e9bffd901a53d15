import { quantileSorted } from '../../../../lib/statistics/index.ts'
import { batchRows, type Column, type Frame, type Predict } from './frame.ts'

export type Dependence = {
  readonly feature: string
  /** The values that the feature was set to, ascending; texts in the order of how often they occur. */
  readonly grid: readonly (number | string)[]
  /** Mean prediction at each of them. */
  readonly average: readonly number[]
  /** Predictions of single rows along the grid, for the rows that were asked for. */
  readonly ice: readonly (readonly number[])[]
}

export type DependenceOptions = {
  readonly resolution: number
  /** Quantiles between which an even grid lies, where there are more distinct values than the resolution. */
  readonly between?: readonly [number, number]
  /** Rows of which single curves are kept, from the first on. */
  readonly curves?: number
  readonly signal?: AbortSignal
}

/**
 * Partial dependence and individual conditional expectation (Friedman 2001; Goldstein et al. 2015; scikit-learn's
 * brute-force partial_dependence): the feature is set to each value of a grid in every row. Where features move together,
 * it asks the model about rows that do not occur.
 */
export async function partialDependence(
  frame: Frame,
  place: number,
  predict: Predict,
  { resolution, between = [0.05, 0.95], curves = 0, signal }: DependenceOptions,
): Promise<Dependence> {
  const column = frame.columns[place]
  if (!column || frame.rows === 0) throw new RangeError('a dependence needs a column and rows')
  const grid = gridOf(column, resolution, between)
  const average: number[] = []
  const kept: number[][] = Array.from({ length: Math.min(curves, frame.rows) }, () => [])
  for (const value of grid) {
    signal?.throwIfAborted()
    const predicted = await predict(setTo(frame, place, value))
    average.push(predicted.reduce((sum, each) => sum + each, 0) / frame.rows)
    for (const [row, curve] of kept.entries()) curve.push(predicted[row] ?? Number.NaN)
  }
  return { feature: column.name, grid, average, ice: kept }
}

function setTo({ rows, columns }: Frame, place: number, value: number | string): Frame {
  if (rows > 16 * batchRows) throw new RangeError(`a dependence over more than ${16 * batchRows} rows is not computed`)
  const values = typeof value === 'number' ? new Float64Array(rows).fill(value) : new Array<unknown>(rows).fill(value)
  return { rows, columns: columns.map((column, i) => (i === place ? { name: column.name, values } : column)) }
}

function gridOf({ values }: Column, resolution: number, [low, high]: readonly [number, number]): (number | string)[] {
  const present = Array.from<unknown>(values).filter((value) => value !== null && !Number.isNaN(value))
  if (present.some((value) => typeof value !== 'number')) return mostFrequent(present.map(String), resolution)
  const sorted = Float64Array.from(present as number[]).sort()
  const distinct = [...new Set(sorted)]
  if (distinct.length <= resolution) return distinct
  const [from, to] = [plottingQuantile(sorted, low), plottingQuantile(sorted, high)]
  return Array.from({ length: resolution }, (_, i) =>
    i === resolution - 1 ? to : from + (i * (to - from)) / (resolution - 1),
  )
}

/** Quantile with plotting positions alpha = beta = 0.4 (scipy.stats.mstats.mquantiles). */
function plottingQuantile(sorted: Float64Array, q: number): number {
  const n = sorted.length
  const position = q * n + 0.4 + q * (1 - 0.8)
  const k = Math.min(Math.max(Math.floor(position), 1), n - 1)
  if (n === 1) return quantileSorted(sorted, q)
  const share = Math.min(1, Math.max(0, position - k))
  return (1 - share) * (sorted[k - 1] ?? 0) + share * (sorted[k] ?? 0)
}

function mostFrequent(texts: readonly string[], most: number): string[] {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([text]) => text)
}
