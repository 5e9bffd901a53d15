import { seeded } from '../../../../lib/statistics/index.ts'
import { type Frame, take, takeRows, withColumn } from './frame.ts'

export type Score = (predictions: Float64Array) => number

/** What a model says about some rows of a frame, in their order; the second list has their places there. */
export type PredictRows = (some: Frame, rows: Uint32Array) => Promise<Float64Array>

/** Answers about rows with other values that are kept for one column: some ten megabytes. */
const mostKept = 2_000_000

export type Importance = {
  readonly feature: string
  /** Mean of baseline minus score; negative where a shuffled column did better, which is chance or overfitting. */
  readonly mean: number
  /** Population standard deviation over the repeats. */
  readonly std: number
  readonly drops: readonly number[]
}

export type PermutationImportance = { readonly baseline: number; readonly features: readonly Importance[] }

export type PermutationOptions = {
  readonly repeats: number
  readonly seed: number
  readonly signal?: AbortSignal
  readonly report?: (share: number) => void
}

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin & Dominici 2019): how much a score, larger being better, falls when
 * one column is shuffled, over seeded repeats. Columns that move together share their importance.
 */
export function permutationImportance(
  frame: Frame,
  predict: PredictRows,
  score: Score,
  { repeats, seed, ...options }: PermutationOptions,
): Promise<PermutationImportance> {
  const random = seeded(seed)
  const orders = Array.from({ length: repeats }, () => shuffle(frame.rows, random.below))
  return importanceByOrders(frame, predict, score, orders, options)
}

/** The same with given orders: row i of the column takes the value of row `orders[k][i]`. */
export async function importanceByOrders(
  frame: Frame,
  predict: PredictRows,
  score: Score,
  orders: readonly ArrayLike<number>[],
  { signal, report }: Pick<PermutationOptions, 'signal' | 'report'> = {},
): Promise<PermutationImportance> {
  const before = await predict(
    frame,
    Uint32Array.from({ length: frame.rows }, (_, row) => row),
  )
  const baseline = score(before)
  const features: Importance[] = []
  for (const [place, { name }] of frame.columns.entries()) {
    const predictedBy = withOrders(frame, predict, before, place)
    const drops: number[] = []
    for (const order of orders) {
      signal?.throwIfAborted()
      drops.push(baseline - score(await predictedBy(order)))
    }
    features.push({ feature: name, ...spread(drops), drops })
    report?.((place + 1) / frame.columns.length)
  }
  return { baseline, features }
}

/**
 * Predictions with one column in another order. A row that keeps its value keeps its prediction, and where values are few
 * the model is asked about each row and value once.
 */
function withOrders(frame: Frame, predict: PredictRows, before: Float64Array, place: number) {
  const { values } = frame.columns[place] ?? { values: [] }
  const codes = new Map<unknown, number>()
  const coded = Uint32Array.from(values, (value) => {
    const code = codes.get(value) ?? codes.size
    codes.set(value, code)
    return code
  })
  const pairs = frame.rows * codes.size
  const answered = pairs <= mostKept ? { is: new Uint8Array(pairs), value: new Float64Array(pairs) } : undefined
  const pairOf = (row: number, source: number) => row * codes.size + (coded[source] ?? 0)

  return async (order: ArrayLike<number>): Promise<Float64Array> => {
    const after = before.slice()
    const [rows, sources]: [number[], number[]] = [[], []]
    for (let row = 0; row < frame.rows; row++) {
      const source = order[row] ?? 0
      if (coded[source] === coded[row]) continue
      const pair = pairOf(row, source)
      if (answered?.is[pair] === 1) after[row] = answered.value[pair] ?? Number.NaN
      else {
        rows.push(row)
        sources.push(source)
      }
    }
    if (rows.length === 0) return after
    const asked = withColumn(takeRows(frame, rows), place, take(values, sources))
    const predicted = await predict(asked, Uint32Array.from(rows))
    for (const [i, row] of rows.entries()) {
      const value = predicted[i] ?? Number.NaN
      after[row] = value
      if (!answered) continue
      const pair = pairOf(row, sources[i] ?? 0)
      answered.is[pair] = 1
      answered.value[pair] = value
    }
    return after
  }
}

/** Mean and population standard deviation. */
export function spread(values: readonly number[]): { readonly mean: number; readonly std: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean, std: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) }
}

/** Fisher and Yates' shuffle of 0 … n - 1. */
export function shuffle(n: number, below: (limit: number) => number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = below(i + 1)
    const held = order[i] ?? 0
    order[i] = order[j] ?? 0
    order[j] = held
  }
  return order
}
