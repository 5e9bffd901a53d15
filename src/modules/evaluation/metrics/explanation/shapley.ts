import { seeded } from '../../../../lib/statistics/index.ts'
import { batchRows, type Column, type Frame, type Predict } from './frame.ts'
import { shuffle } from './permutation.ts'

/** Up to this many features every coalition is computed. */
export const mostExact = 12

export type Attribution = {
  /** What the model says of the background on average. */
  readonly base: number
  readonly prediction: number
  /** In the order of the features; base and values add up to the prediction. */
  readonly values: Float64Array
  /** Standard error of each value; 0 where every coalition was computed. */
  readonly errors: Float64Array
  /** |base + sum of values - prediction|. */
  readonly additivity: number
}

export type ShapleyOptions = {
  readonly seed: number
  /** Pairs of a random order and its reverse, for more features than are computed exactly. */
  readonly pairs?: number
  readonly signal?: AbortSignal
  readonly report?: (share: number) => void
}

/**
 * Shapley values of single predictions against a background (Lundberg & Lee 2017, interventional): features outside of a
 * coalition take their values from every background row, and the predictions are averaged. Exact for up to 12 features
 * (2^12 coalitions), else by sampled orders in antithetic pairs with a standard error (Štrumbelj & Kononenko 2014).
 * Throws a RangeError on an empty background.
 */
export async function shapleyValues(
  explained: Frame,
  background: Frame,
  predict: Predict,
  { seed, pairs = 64, signal, report }: ShapleyOptions,
): Promise<Attribution[]> {
  if (background.rows === 0) throw new RangeError('Shapley values need a background')
  const features = explained.columns.length
  const values: Attribution[] = []
  const predictions = await predict(explained)
  for (let row = 0; row < explained.rows; row++) {
    signal?.throwIfAborted()
    const worth = (masks: readonly number[][]) => coalitionWorth(explained, background, predict, row, masks)
    const found = features <= mostExact ? await exact(features, worth) : await sampled(features, worth, seed, pairs)
    const prediction = predictions[row] ?? Number.NaN
    const total = found.values.reduce((sum, value) => sum + value, found.base)
    values.push({ ...found, prediction, additivity: Math.abs(total - prediction) })
    report?.((row + 1) / explained.rows)
  }
  return values
}

/** Average prediction for each coalition, a list of the features that take the value of the explained row. */
type Worth = (coalitions: readonly number[][]) => Promise<Float64Array>

async function coalitionWorth(
  explained: Frame,
  background: Frame,
  predict: Predict,
  row: number,
  coalitions: readonly (readonly number[])[],
): Promise<Float64Array> {
  const worth = new Float64Array(coalitions.length)
  const perBatch = Math.max(1, Math.floor(batchRows / background.rows))
  for (let from = 0; from < coalitions.length; from += perBatch) {
    const batch = coalitions.slice(from, from + perBatch)
    const inside = batch.map((coalition) => new Set(coalition))
    const columns = explained.columns.map(({ name, values }, feature): Column => {
      const own = values[row] ?? null
      const others = background.columns[feature]?.values ?? []
      return { name, values: mixed(own, others, background.rows, inside, feature) }
    })
    const predicted = await predict({ rows: batch.length * background.rows, columns })
    for (let i = 0; i < batch.length; i++) {
      let sum = 0
      for (let b = 0; b < background.rows; b++) sum += predicted[i * background.rows + b] ?? 0
      worth[from + i] = sum / background.rows
    }
  }
  return worth
}

function mixed(
  own: unknown,
  others: Column['values'],
  rows: number,
  inside: readonly ReadonlySet<number>[],
  feature: number,
): Column['values'] {
  if (typeof own === 'number' && others instanceof Float64Array) {
    const values = new Float64Array(inside.length * rows)
    for (const [i, coalition] of inside.entries()) {
      if (coalition.has(feature)) values.fill(own, i * rows, (i + 1) * rows)
      else values.set(others, i * rows)
    }
    return values
  }
  return inside.flatMap((coalition) =>
    Array.from({ length: rows }, (_, b) => (coalition.has(feature) ? own : (others[b] ?? null))),
  )
}

async function exact(features: number, worth: Worth) {
  const all = 2 ** features
  const members = (mask: number) => Array.from({ length: features }, (_, i) => i).filter((i) => mask & (1 << i))
  const worths = await worth(Array.from({ length: all }, (_, mask) => members(mask)))
  const sizes = Array.from({ length: all }, (_, mask) => members(mask).length)
  const weights = Array.from({ length: features }, (_, size) => 1 / (features * choose(features - 1, size)))
  const values = new Float64Array(features)
  for (let feature = 0; feature < features; feature++) {
    let sum = 0
    for (let mask = 0; mask < all; mask++) {
      if (mask & (1 << feature)) continue
      const gain = (worths[mask | (1 << feature)] ?? 0) - (worths[mask] ?? 0)
      sum += (weights[sizes[mask] ?? 0] ?? 0) * gain
    }
    values[feature] = sum
  }
  return { base: worths[0] ?? 0, values, errors: new Float64Array(features) }
}

function choose(n: number, k: number): number {
  let ways = 1
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i
  return ways
}

/** Marginal gains along random orders; an order and its reverse together are one draw. */
async function sampled(features: number, worth: Worth, seed: number, pairs: number) {
  const random = seeded(seed)
  const orders = Array.from({ length: pairs }, () => [...shuffle(features, random.below)])
  const sums = new Float64Array(features)
  const squares = new Float64Array(features)
  let base = 0
  for (const order of orders) {
    const [forth, back] = [order, [...order].reverse()]
    const prefixes = (list: readonly number[]) => Array.from({ length: features + 1 }, (_, k) => list.slice(0, k))
    const worths = await worth([...prefixes(forth), ...prefixes(back)])
    base = worths[0] ?? 0
    const gain = new Float64Array(features)
    for (const [offset, list] of [
      [0, forth],
      [features + 1, back],
    ] as const) {
      for (const [k, feature] of list.entries()) {
        gain[feature] = (gain[feature] ?? 0) + ((worths[offset + k + 1] ?? 0) - (worths[offset + k] ?? 0)) / 2
      }
    }
    for (let i = 0; i < features; i++) {
      sums[i] = (sums[i] ?? 0) + (gain[i] ?? 0)
      squares[i] = (squares[i] ?? 0) + (gain[i] ?? 0) ** 2
    }
  }
  const values = sums.map((sum) => sum / pairs)
  const errors = squares.map((square, i) =>
    pairs > 1 ? Math.sqrt(Math.max(0, square / pairs - (values[i] ?? 0) ** 2) / (pairs - 1)) : Number.NaN,
  )
  return { base, values, errors }
}

/** Mean of the absolute values over rows, feature by feature: a global importance from single attributions. */
export function meanAbsolute(attributions: readonly Attribution[]): Float64Array {
  const [first] = attributions
  return Float64Array.from(
    first?.values ?? [],
    (_, i) => attributions.reduce((sum, { values }) => sum + Math.abs(values[i] ?? 0), 0) / attributions.length,
  )
}
