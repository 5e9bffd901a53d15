import { seeded } from '../../../../lib/statistics/index.ts'
import { type Frame, type Predict, take, withColumn } from './frame.ts'

export type Score = (predictions: Float64Array) => number

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
  predict: Predict,
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
  predict: Predict,
  score: Score,
  orders: readonly ArrayLike<number>[],
  { signal, report }: Pick<PermutationOptions, 'signal' | 'report'> = {},
): Promise<PermutationImportance> {
  const baseline = score(await predict(frame))
  const features: Importance[] = []
  for (const [place, column] of frame.columns.entries()) {
    const drops: number[] = []
    for (const order of orders) {
      signal?.throwIfAborted()
      drops.push(baseline - score(await predict(withColumn(frame, place, take(column.values, order)))))
    }
    features.push({ feature: column.name, ...spread(drops), drops })
    report?.((place + 1) / frame.columns.length)
  }
  return { baseline, features }
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
