import { seeded, wilson } from '../../../lib/statistics/index.ts'
import { type Column, type Frame, type Predict, shuffle, take, withColumn } from './explanation/index.ts'
import { type Figure, ok } from './figure.ts'

export const disturbances = ['noise', 'missing', 'out_of_range', 'swapped'] as const
export type Disturbance = (typeof disturbances)[number]

export type DisturbedColumn = {
  readonly column: string
  readonly disturbance: Disturbance
  /** Mean and largest absolute change of the prediction. */
  readonly mean_change: number
  readonly largest_change: number
  /** Share of rows whose decision changes. */
  readonly flipped: Figure
}

export type MetamorphicRule = {
  readonly column: string
  readonly direction: 'up' | 'down'
  /** In standard deviations of the column. */
  readonly by: number
  readonly expect: 'not_lower' | 'not_higher' | 'same'
}

export type RuleResult = MetamorphicRule & {
  readonly sentence: string
  readonly violated: Figure
  /** Rows that break the rule most, with their predictions before and after. */
  readonly worst: readonly { readonly row: number; readonly before: number; readonly after: number }[]
}

export type RobustnessOptions = {
  /** A prediction at or above it decides for. */
  readonly threshold: number
  readonly seed: number
  readonly kinds?: readonly Disturbance[]
  readonly signal?: AbortSignal
  readonly report?: (share: number) => void
}

/** A change of a prediction below this is rounding of single precision. */
const rounding = 1e-6

/**
 * How predictions move when one column at a time is disturbed: a tenth of its standard deviation of noise, no value, a value
 * one range beyond the data, or the value of another row. A column of words cannot be noisy or out of range.
 */
export async function disturb(
  frame: Frame,
  predict: Predict,
  { threshold, seed, kinds = disturbances, signal, report }: RobustnessOptions,
): Promise<DisturbedColumn[]> {
  const before = await predict(frame)
  const results: DisturbedColumn[] = []
  for (const [place, column] of frame.columns.entries()) {
    for (const disturbance of kinds) {
      signal?.throwIfAborted()
      const values = disturbed(column, disturbance, seed + place)
      if (!values) continue
      const after = await predict(withColumn(frame, place, values))
      results.push({ column: column.name, disturbance, ...compare(before, after, threshold) })
    }
    report?.((place + 1) / frame.columns.length)
  }
  return results
}

function compare(before: Float64Array, after: Float64Array, threshold: number) {
  let [sum, largest, flips] = [0, 0, 0]
  for (let i = 0; i < before.length; i++) {
    const [a, b] = [before[i] ?? 0, after[i] ?? 0]
    sum += Math.abs(b - a)
    largest = Math.max(largest, Math.abs(b - a))
    if (a >= threshold !== b >= threshold) flips++
  }
  const n = before.length
  return {
    mean_change: sum / n,
    largest_change: largest,
    flipped: ok(flips / n, { interval: wilson(flips, n), count: flips, n }),
  }
}

function disturbed({ values }: Column, disturbance: Disturbance, seed: number): Column['values'] | undefined {
  const random = seeded(seed)
  switch (disturbance) {
    case 'swapped':
      return take(values, shuffle(values.length, random.below))
    case 'missing':
      return values instanceof Float64Array ? values.map(() => Number.NaN) : values.map(() => null)
    case 'noise': {
      if (!(values instanceof Float64Array)) return undefined
      const step = deviation(values) / 10
      return values.map((value) => value + step * gaussian(random.uniform))
    }
    case 'out_of_range': {
      if (!(values instanceof Float64Array)) return undefined
      const finite = values.filter((value) => Number.isFinite(value))
      const [low, high] = [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))]
      return values.map((_, i) => (i % 2 === 0 ? high + (high - low) : low - (high - low)))
    }
  }
}

/** Box and Muller. */
const gaussian = (uniform: () => number) => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())

function deviation(values: Float64Array): number {
  const finite = values.filter((value) => Number.isFinite(value))
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length
  return Math.sqrt(finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / finite.length)
}

const directions = { up: 'Raising', down: 'Lowering' }
const expectations = {
  not_lower: 'does not lower the score',
  not_higher: 'does not raise the score',
  same: 'does not change the score',
}

/** Rules that the user states about numeric columns: which rows break them. */
export async function checkRules(
  frame: Frame,
  predict: Predict,
  rules: readonly MetamorphicRule[],
): Promise<RuleResult[]> {
  const before = await predict(frame)
  const results: RuleResult[] = []
  for (const rule of rules) {
    const place = frame.columns.findIndex(({ name }) => name === rule.column)
    const values = frame.columns[place]?.values
    if (!(values instanceof Float64Array)) throw new RangeError(`${rule.column} is not a column of numbers`)
    const step = deviation(values) * rule.by * (rule.direction === 'up' ? 1 : -1)
    const after = await predict(
      withColumn(
        frame,
        place,
        values.map((value) => value + step),
      ),
    )
    const broken = [...before.keys()].filter((row) => breaks(rule, before[row] ?? 0, after[row] ?? 0))
    const change = (row: number) => Math.abs((after[row] ?? 0) - (before[row] ?? 0))
    const n = before.length
    results.push({
      ...rule,
      sentence: `${directions[rule.direction]} ${rule.column} by ${rule.by} standard deviations ${expectations[rule.expect]}`,
      violated: ok(broken.length / n, { interval: wilson(broken.length, n), count: broken.length, n }),
      worst: broken
        .sort((a, b) => change(b) - change(a) || a - b)
        .slice(0, 5)
        .map((row) => ({ row, before: before[row] ?? 0, after: after[row] ?? 0 })),
    })
  }
  return results
}

function breaks({ expect }: MetamorphicRule, before: number, after: number): boolean {
  switch (expect) {
    case 'not_lower':
      return after < before - rounding
    case 'not_higher':
      return after > before + rounding
    case 'same':
      return Math.abs(after - before) > rounding
  }
}
