import { chi2Homogeneity, chi2Sf, chi2Yates } from '../../../../lib/statistics/index.ts'

/** Counts of the same values on both sides, in the order of the values. */
export type CategoryCounts = {
  readonly values: readonly string[]
  readonly reference: Float64Array
  readonly current: Float64Array
}

/** Counts every value of either side; values in the order of their text (code units). */
export function countCategories(reference: Iterable<string>, current: Iterable<string>): CategoryCounts {
  const [ours, theirs] = [tally(reference), tally(current)]
  return categoriesOf(ours, theirs)
}

/** The same from counts that are there already. */
export function categoriesOf(
  reference: ReadonlyMap<string, number>,
  current: ReadonlyMap<string, number>,
): CategoryCounts {
  const values = [...new Set([...reference.keys(), ...current.keys()])].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const counts = (of: ReadonlyMap<string, number>) => Float64Array.from(values, (value) => of.get(value) ?? 0)
  return { values, reference: counts(reference), current: counts(current) }
}

/** Counts with all values that the reference lacks together in one more place. */
export function withNewTogether({ values, reference, current }: CategoryCounts): Omit<CategoryCounts, 'values'> {
  const known = values.map((_, i) => i).filter((i) => (reference[i] ?? 0) > 0)
  const inKnown = known.reduce((sum, i) => sum + (current[i] ?? 0), 0)
  const fresh = current.reduce((sum, count) => sum + count, 0) - inKnown
  return {
    reference: Float64Array.from([...known.map((i) => reference[i] ?? 0), 0]),
    current: Float64Array.from([...known.map((i) => current[i] ?? 0), fresh]),
  }
}

function tally(values: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

export type ChiSquare = { readonly statistic: number; readonly p: number; readonly dof: number }

/** Two-sample homogeneity test of a 2 x k table; with Yates' correction only where there are two values and it is asked for. */
export function chiSquare({ reference, current }: Omit<CategoryCounts, 'values'>, yates = false): ChiSquare {
  const used = [...reference.keys()].filter((i) => (reference[i] ?? 0) + (current[i] ?? 0) > 0)
  const table = [used.map((i) => reference[i] ?? 0), used.map((i) => current[i] ?? 0)]
  if (yates && used.length === 2) return chi2Yates(...twoByTwo(table))
  return chi2Homogeneity(table)
}

const twoByTwo = ([[a = 0, b = 0] = [], [c = 0, d = 0] = []]: number[][]): [number, number, number, number] => [
  a,
  a + b,
  c,
  c + d,
]

/** Goodness of fit of the current counts to the reference shares; NaN with one value, infinite with a value the reference lacks. */
export function goodnessOfFit({ reference, current }: Omit<CategoryCounts, 'values'>): ChiSquare {
  const total = (counts: Float64Array) => counts.reduce((sum, count) => sum + count, 0)
  const scale = total(current) / total(reference)
  const statistic = current.reduce(
    (sum, count, i) => sum + (count - (reference[i] ?? 0) * scale) ** 2 / ((reference[i] ?? 0) * scale),
    0,
  )
  const dof = current.length - 1
  if (dof === 0) return { statistic, p: Number.NaN, dof }
  return { statistic, p: chi2Sf(statistic, dof), dof }
}

/** Cramér's V of the 2 x k table, without bias correction. */
export function cramersV(counts: Omit<CategoryCounts, 'values'>): number {
  const total = [...counts.reference, ...counts.current].reduce((sum, count) => sum + count, 0)
  return Math.sqrt(chiSquare(counts).statistic / total)
}
