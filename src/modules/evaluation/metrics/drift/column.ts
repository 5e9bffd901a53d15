import { kolmogorovSmirnov, wasserstein } from '../../../../lib/statistics/index.ts'
import { type Figure, none, ok } from '../figure.ts'
import { type CategoryCounts, chiSquare, cramersV } from './categories.ts'
import { hellinger, jensenShannon, lInfinity, psi, totalVariation } from './divergence.ts'
import { clippedShares, type Edges, histogram, quantileEdges } from './edges.ts'

/** Fewer rows than this on either side give no figure. */
export const fewestRows = 30
/** Below this expected count a cell leans the chi-square test too far. */
const fewestExpected = 5

/**
 * How far one column moved between a reference and a current window. Effect sizes come first; p-values grow smaller with
 * more rows whatever the effect. Shares of missing and of new values are figures of their own.
 */
export type ColumnDrift = {
  readonly kind: 'numeric' | 'categorical'
  readonly n: { readonly reference: number; readonly current: number }
  readonly figures: Readonly<Record<string, Figure>>
  /** Shares a bin on both sides, with the edges or the values they belong to. */
  readonly bins: {
    readonly edges?: readonly number[]
    readonly values?: readonly string[]
    readonly reference: readonly number[]
    readonly current: readonly number[]
  }
  readonly notes: readonly string[]
}

export type NumericSummary = {
  /** Without missing values, ascending. */
  readonly sorted: Float64Array
  readonly missing: number
}

/** Removes what is not a finite number, counts it as missing, and sorts. */
export function summarise(values: ArrayLike<number>): NumericSummary {
  const kept = Float64Array.from(values).filter(Number.isFinite).sort()
  return { sorted: kept, missing: values.length - kept.length }
}

/**
 * Drift of a numeric column: PSI, Jensen-Shannon (base 2), Hellinger and total variation over the reference deciles,
 * Kolmogorov-Smirnov, and Wasserstein, raw and in standard deviations (n) of the reference.
 */
export function numericDrift(reference: NumericSummary, current: NumericSummary): ColumnDrift {
  const n = { reference: reference.sorted.length, current: current.sorted.length }
  const missing = missingFigures(reference.missing, n.reference, current.missing, n.current)
  if (Math.min(n.reference, n.current) < fewestRows) return tooFew('numeric', n, missing)
  const [r, c] = [reference.sorted, current.sorted]
  const [low = 0] = r
  const high = r[r.length - 1] ?? low
  const outside = [...c].filter((value) => value < low || value > high).length
  const edges = low === high ? constantEdges(low) : quantileEdges(r)
  const shares = { reference: clippedShares(histogram(r, edges)), current: clippedShares(histogram(c, edges)) }
  const ks = kolmogorovSmirnov(r, c)
  const distance = wasserstein(r, c)
  const deviation = populationDeviation(r)
  return {
    kind: 'numeric',
    n,
    figures: {
      ...distances(shares),
      ks: ok(ks.statistic, { n: n.current }),
      ks_p: ok(ks.p),
      wasserstein: ok(distance),
      wasserstein_normed: deviation > 0 ? ok(distance / deviation) : none('the reference does not vary'),
      ...missing,
      out_of_range: ok(outside / n.current, { count: outside, n: n.current }),
    },
    bins: { edges: [...edges].filter(Number.isFinite), reference: [...shares.reference], current: [...shares.current] },
    notes: deviation > 0 ? [] : ['the reference has one value: everything else counts as outside of it'],
  }
}

/** Three bins: below the one value, the value, and above it. */
const constantEdges = (value: number): Edges =>
  Float64Array.of(Number.NEGATIVE_INFINITY, value, nextAbove(value), Number.POSITIVE_INFINITY)

function nextAbove(value: number): number {
  const step = Math.max(Number.MIN_VALUE, Math.abs(value) * Number.EPSILON)
  return value + step
}

/** Drift of a categorical column; a value that the reference lacks is a bin of its own. */
export function categoricalDrift(
  counts: CategoryCounts,
  missing: { readonly reference: number; readonly current: number } = { reference: 0, current: 0 },
): ColumnDrift {
  const total = (side: Float64Array) => side.reduce((sum, count) => sum + count, 0)
  const n = { reference: total(counts.reference), current: total(counts.current) }
  const lacking = missingFigures(missing.reference, n.reference, missing.current, n.current)
  if (Math.min(n.reference, n.current) < fewestRows) return tooFew('categorical', n, lacking)
  const shares = {
    reference: counts.reference.map((c) => c / n.reference),
    current: counts.current.map((c) => c / n.current),
  }
  const { merged, rare } = mergeRare(counts, n)
  const test = chiSquare(merged)
  const fresh = counts.current.reduce((sum, count, i) => (counts.reference[i] === 0 ? sum + count : sum), 0)
  return {
    kind: 'categorical',
    n,
    figures: {
      ...distances(shares),
      l_infinity: ok(lInfinity(counts.reference, counts.current)),
      cramers_v: ok(cramersV(counts)),
      chi2: ok(test.statistic),
      chi2_p: ok(test.p),
      ...lacking,
      new_values: ok(fresh / n.current, { count: fresh, n: n.current }),
    },
    bins: { values: counts.values, reference: [...shares.reference], current: [...shares.current] },
    notes: rare > 0 ? [`${rare} rare values were tested together as one`] : [],
  }
}

const distances = ({ reference, current }: { reference: Float64Array; current: Float64Array }) => ({
  psi: ok(psi(reference, current)),
  jensen_shannon: ok(jensenShannon(reference, current)),
  hellinger: ok(hellinger(reference, current)),
  total_variation: ok(totalVariation(reference, current)),
})

function missingFigures(ours: number, reference: number, theirs: number, current: number): Record<string, Figure> {
  const [n, m] = [ours + reference, theirs + current]
  if (n === 0 || m === 0) return { missing_difference: none('a side has no rows') }
  return { missing_difference: ok(theirs / m - ours / n, { count: theirs, n: m }) }
}

function tooFew(kind: ColumnDrift['kind'], n: ColumnDrift['n'], missing: Record<string, Figure>): ColumnDrift {
  const reason = `fewer than ${fewestRows} rows on a side`
  const names =
    kind === 'numeric'
      ? ['psi', 'jensen_shannon', 'hellinger', 'total_variation', 'ks', 'ks_p', 'wasserstein', 'wasserstein_normed']
      : ['psi', 'jensen_shannon', 'hellinger', 'total_variation', 'chi2', 'chi2_p', 'cramers_v']
  return {
    kind,
    n,
    figures: { ...Object.fromEntries(names.map((name) => [name, none(reason)])), ...missing },
    bins: { reference: [], current: [] },
    notes: [reason],
  }
}

/** Values whose expected count is below 5 on a side, together in one place. */
function mergeRare(counts: CategoryCounts, n: ColumnDrift['n']) {
  const total = n.reference + n.current
  const isRare = (i: number) => {
    const both = (counts.reference[i] ?? 0) + (counts.current[i] ?? 0)
    return (both * Math.min(n.reference, n.current)) / total < fewestExpected
  }
  const places = counts.values.map((_, i) => i)
  const rare = places.filter(isRare)
  if (rare.length < 2) return { merged: counts, rare: 0 }
  const kept = places.filter((i) => !isRare(i))
  const side = (of: Float64Array) =>
    Float64Array.from([...kept.map((i) => of[i] ?? 0), rare.reduce((sum, i) => sum + (of[i] ?? 0), 0)])
  return { merged: { reference: side(counts.reference), current: side(counts.current) }, rare: rare.length }
}

function populationDeviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}
