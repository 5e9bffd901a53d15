import {
  andersonDarling,
  cramerVonMises,
  energyDistance,
  kolmogorovSmirnov,
  kolmogorovStatisticSf,
  mannWhitney,
  tTest,
  twoProportionZ,
  wasserstein,
} from '../../src/lib/statistics/index.ts'
import {
  type CategoryCounts,
  chiSquare,
  clippedShares,
  countCategories,
  cramersV,
  doaneEdges,
  type Edges,
  goodnessOfFit,
  hellinger,
  histogram,
  jensenShannon,
  klDivergence,
  lInfinity,
  openShares,
  psi,
  quantileEdges,
  sturgesEdges,
  totalVariation,
  widthEdges,
  withNewTogether,
} from '../../src/modules/evaluation/metrics/drift/index.ts'
import type { Files, GoldenCase, GoldenInput } from './cases.ts'
import { disagreements } from './compare.ts'
import { type Area, NotApplicable } from './outcome.ts'

type Sides<T> = { readonly reference: T; readonly current: T }

/** Texts of one column in both windows. */
function texts(files: Files, input: GoldenInput, column: string): Sides<string[]> {
  const { header, rows } = files.table(input.file ?? '')
  const place = header.indexOf(column)
  const kept = input.where
    ? rows.filter((row) =>
        Object.entries(input.where ?? {}).every(([name, value]) => row[header.indexOf(name)] === value),
      )
    : rows
  const window = ([from, to]: readonly [number, number]) => kept.slice(from, to).map((row) => row[place] ?? '')
  return {
    reference: window(input.reference_rows as [number, number]),
    current: window(input.current_rows as [number, number]),
  }
}

const present = (values: readonly string[]) => values.filter((text) => text !== '')
const numbers = (values: readonly string[]) => Float64Array.from(present(values), Number).sort()

function numeric(files: Files, input: GoldenInput, column = String(input.column)): Sides<Float64Array> {
  const { reference, current } = texts(files, input, column)
  return { reference: numbers(reference), current: numbers(current) }
}

function categorical(files: Files, input: GoldenInput, column = String(input.column)): CategoryCounts {
  const { reference, current } = texts(files, input, column)
  return countCategories(present(reference), present(current))
}

const isNumeric = ({ input }: GoldenCase) => String(input.type).startsWith('numerical')
const distinct = (values: Float64Array) => [...new Set(values)]
const pooled = ({ reference, current }: Sides<Float64Array>) => Float64Array.of(...reference, ...current).sort()

/** Counts per bin, or one bin a value where the reference has few. */
function evidentlyBins(sides: Sides<Float64Array>): Sides<ArrayLike<number>> {
  if (new Set(sides.reference).size > 20) return counted(sides, sturgesEdges(pooled(sides)))
  const counts = countCategories([...sides.reference].map(String), [...sides.current].map(String))
  return shares(counts)
}

const counted = ({ reference, current }: Sides<Float64Array>, edges: Edges): Sides<Float64Array> => ({
  reference: histogram(reference, edges).counts.map((count) => count / reference.length),
  current: histogram(current, edges).counts.map((count) => count / current.length),
})

function shares({ reference, current }: Sides<Float64Array>): Sides<Float64Array> {
  const of = (counts: Float64Array) => {
    const n = counts.reduce((sum, count) => sum + count, 0)
    return counts.map((count) => count / n)
  }
  return { reference: of(reference), current: of(current) }
}

/** Thresholds of Evidently's tests; a p-value counts below, a distance from its threshold on. */
const pValues = new Set(['ks', 'chisquare', 'z', 'anderson', 'cramer_von_mises', 'mannw', 't_test'])

function judged(name: string, score: number, threshold: number) {
  const drifted = pValues.has(name) ? (name === 'ks' ? score <= threshold : score < threshold) : score >= threshold
  return { score: Number.isNaN(score) ? 'NaN' : score, drifted: Number.isNaN(score) ? false : drifted, threshold }
}

const thresholds: Record<string, number> = { ks: 0.05, chisquare: 0.05, z: 0.05, mannw: 0.05, t_test: 0.05 }

function evidentlyScores(each: GoldenCase, files: Files): Record<string, number> {
  if (!isNumeric(each)) return evidentlyCategories(categorical(files, each.input))
  const sides = numeric(files, each.input)
  const { reference, current } = sides
  const bins = evidentlyBins(sides)
  const spread = Float64Array.from(distinct(pooled(sides))).sort()
  const pooledBins = counted(sides, sturgesEdges(spread))
  return {
    psi: psi(bins.reference, bins.current, 'below-smallest'),
    ks: kolmogorovSmirnov(reference, current).p,
    wasserstein: wasserstein(reference, current) / Math.max(deviation(reference), 0.001),
    jensenshannon: jensenShannon(bins.reference, bins.current, 'e'),
    kl_div: klDivergence(bins.reference, bins.current, 'below-smallest'),
    hellinger: hellinger(pooledBins.reference, pooledBins.current),
    anderson: andersonDarling(reference, current).p,
    cramer_von_mises: cramerVonMises(reference, current).p,
    mannw: mannWhitney(reference, current, 'less').p,
    t_test: tTest(reference, current, 'equal').p,
    ed: energyDistance(reference, current),
  }
}

function evidentlyCategories(counts: CategoryCounts): Record<string, number> {
  const { reference, current } = shares(counts)
  const [a = 0, b = 0] = counts.reference
  const [c = 0, d = 0] = counts.current
  return {
    psi: psi(reference, current, 'below-smallest'),
    chisquare: goodnessOfFit(counts).p,
    jensenshannon: jensenShannon(reference, current, 'e'),
    kl_div: klDivergence(reference, current, 'below-smallest'),
    hellinger: hellinger(reference, current),
    z: twoProportionZ(a, a + b, c, c + d).p,
  }
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

/** Evidently's choice of a test by the size and the values of the reference. */
function defaultTest(kind: 'numerical' | 'categorical', rows: number, values: number): string {
  if (rows > 1000) return kind === 'numerical' && values > 5 ? 'wasserstein' : 'jensenshannon'
  if (kind === 'numerical' && values > 5) return 'ks'
  return values > 2 ? 'chisquare' : 'z'
}

function evidently(each: GoldenCase, files: Files): unknown {
  const scores = evidentlyScores(each, files)
  const wanted = (each.expected as { tests: Record<string, { threshold: number }> }).tests
  const { reference } = texts(files, each.input, String(each.input.column))
  const values = present(reference)
  const kind = isNumeric(each) ? 'numerical' : 'categorical'
  return {
    default_test: defaultTest(kind, values.length, new Set(values).size),
    tests: Object.fromEntries(
      Object.keys(wanted).map((name) => [name, judged(name, scores[name] ?? Number.NaN, thresholds[name] ?? 0.1)]),
    ),
  }
}

function dataset(each: GoldenCase, files: Files): unknown {
  const { numerical = [], categorical: named = [] } = each.input as unknown as Record<string, string[]>
  const share = Number(each.reference.parameters.drift_share ?? 0.5)
  const columns = Object.fromEntries(
    [
      ...numerical.map((name) => [name, 'numerical'] as const),
      ...named.map((name) => [name, 'categorical'] as const),
    ].map(([column, type]) => {
      const one = { ...each, input: { ...each.input, column, type } }
      const values = present(texts(files, each.input, column).reference)
      const test = defaultTest(type, values.length, new Set(values).size)
      const score = evidentlyScores(one, files)[test] ?? Number.NaN
      return [column, { test, ...judged(test, score, thresholds[test] ?? 0.1) }]
    }),
  )
  const drifted = Object.values(columns).filter((column) => column.drifted).length
  const all = Object.keys(columns).length
  return { columns, drifted_columns: drifted, share: drifted / all, dataset_drift: drifted / all >= share }
}

function scipyNumeric(each: GoldenCase, files: Files): unknown {
  const { reference, current } = numeric(files, each.input)
  const ks = kolmogorovSmirnov(reference, current)
  const t = tTest(reference, current)
  const cvm = cramerVonMises(reference, current)
  return {
    ks,
    ks_asymp_p: kolmogorovSmirnov(reference, current, 'asymptotic').p,
    wasserstein: wasserstein(reference, current),
    wasserstein_over_ref_std: wasserstein(reference, current) / deviation(reference),
    energy: energyDistance(reference, current),
    mann_whitney: mannWhitney(reference, current),
    cramer_von_mises_asymptotic: cvm,
    welch_t: t,
  }
}

function scipyCategorical(each: GoldenCase, files: Files): unknown {
  const counts = categorical(files, each.input)
  const both = shares(counts)
  const test = chiSquare(counts, true)
  return {
    values: counts.values,
    reference_counts: [...counts.reference],
    current_counts: [...counts.current],
    chi2: test.statistic,
    p: test.p,
    dof: test.dof,
    cramers_v: cramersV(counts),
    jensen_shannon_base2: jensenShannon(both.reference, both.current, 2),
    jensen_shannon_base_e: jensenShannon(both.reference, both.current, 'e'),
    hellinger: hellinger(both.reference, both.current),
    total_variation: totalVariation(both.reference, both.current),
    l_infinity: lInfinity(both.reference, both.current),
    'psi_zero_1e-4': psi(both.reference, both.current, 1e-4),
  }
}

function otherBins(each: GoldenCase, files: Files): unknown {
  const { reference, current } = numeric(files, each.input)
  const view = (edges: Edges) => {
    const r = clippedShares(histogram(reference, edges))
    const c = clippedShares(histogram(current, edges))
    return {
      edges: [...edges],
      reference: [...r],
      current: [...c],
      psi: psi(r, c),
      jensen_shannon_base2: jensenShannon(r, c),
      hellinger: hellinger(r, c),
      total_variation: totalVariation(r, c),
      l_infinity: lInfinity(r, c),
    }
  }
  return { quantile10: view(quantileEdges(reference, 10)), width10: view(widthEdges(reference, 10)) }
}

function nannymlNumeric(each: GoldenCase, files: Files): unknown {
  const { reference, current } = numeric(files, each.input)
  const edges = doaneEdges(reference)
  const bins = { reference: openShares(histogram(reference, edges)), current: openShares(histogram(current, edges)) }
  const large = reference.length >= 10_000
  return {
    jensen_shannon: jensenShannon(bins.reference, bins.current, 2),
    hellinger: hellinger(bins.reference, bins.current),
    kolmogorov_smirnov: large ? binnedKs(reference, current) : kolmogorovSmirnov(reference, current).statistic,
    wasserstein: large ? binnedWasserstein(reference, current) : wasserstein(reference, current),
    doane_bins: edges.length - 1,
    doane_range: [edges[0], edges[edges.length - 1]],
  }
}

/** Distribution functions at 10,000 equal bins of the reference, as NannyML takes them for large references. */
function binned(reference: Float64Array, current: Float64Array) {
  const edges = widthEdges(reference, 10_000)
  const [ours, theirs] = [histogram(reference, edges), histogram(current, edges)]
  const cumulated = ({ counts, n }: typeof ours, start: number) => {
    let sum = start
    return counts.map((count) => {
      sum += count
      return sum / n
    })
  }
  // The reference library counts one value too many below the bins, when there are any, in its Wasserstein distance.
  const below = { ks: theirs.below, wasserstein: theirs.below > 0 ? theirs.below + 1 : 0 }
  return { edges, ours: cumulated(ours, 0), theirs: (of: keyof typeof below) => cumulated(theirs, below[of]) }
}

function binnedKs(reference: Float64Array, current: Float64Array): number {
  const { ours, theirs } = binned(reference, current)
  const other = theirs('ks')
  return ours.reduce((most, share, i) => Math.max(most, Math.abs(share - (other[i] ?? 0))), 0)
}

function binnedWasserstein(reference: Float64Array, current: Float64Array): number {
  const { edges, ours, theirs } = binned(reference, current)
  const other = theirs('wasserstein')
  const [low = 0, next = 0, high = 0] = [edges[0], edges[1], edges[edges.length - 1]]
  const inside = ours.reduce((sum, share, i) => sum + Math.abs(share - (other[i] ?? 0)) * (next - low), 0)
  const outside = current.reduce((sum, value) => sum + Math.max(0, low - value, value - high), 0)
  return inside + outside / current.length
}

function nannymlCategorical(each: GoldenCase, files: Files): unknown {
  const counts = categorical(files, each.input)
  const together = withNewTogether(counts)
  return {
    jensen_shannon: jensenShannon(together.reference, together.current, 2),
    hellinger: hellinger(together.reference, together.current),
    chi2: chiSquare(counts, true).statistic,
    l_infinity: lInfinity(counts.reference, counts.current),
  }
}

function alibiKs(each: GoldenCase, files: Files): unknown {
  const columns = each.input.columns as unknown as string[]
  const all = columns.map((column) => texts(files, each.input, column))
  const complete = (side: 'reference' | 'current') =>
    (all[0]?.[side] ?? []).map((_, row) => all.every((column) => column[side][row] !== ''))
  const keep = { reference: complete('reference'), current: complete('current') }
  const results = all.map(({ reference, current }) => {
    const of = (side: 'reference' | 'current', values: string[]) =>
      Float64Array.from(
        values.filter((_, row) => keep[side][row]),
        (text) => Math.fround(Number(text)),
      ).sort()
    const [r, c] = [of('reference', reference), of('current', current)]
    const { statistic } = kolmogorovSmirnov(r, c, 'asymptotic')
    const effective = Math.round((r.length * c.length) / (r.length + c.length))
    return { distance: statistic, p: kolmogorovStatisticSf(statistic, effective) }
  })
  return detection(each, results)
}

function alibiChi2(each: GoldenCase, files: Files): unknown {
  const columns = each.input.columns as unknown as string[]
  const results = columns.map((column) => {
    const { reference, current } = texts(files, each.input, column)
    const named = (values: string[]) => values.map((text) => (text === '' ? 'nan' : text))
    const { statistic, p } = chiSquare(countCategories(named(reference), named(current)), true)
    return { distance: statistic, p }
  })
  return detection(each, results)
}

/** Which p-values of a family count: each against the level over their number, or against its rank's share of the level. */
function detection(each: GoldenCase, results: readonly { distance: number; p: number }[]): unknown {
  const { p_val: level = 0.05, correction } = each.reference.parameters as { p_val?: number; correction?: string }
  const p = results.map((result) => result.p)
  const known = { distance: results.map((result) => result.distance), p_val: p }
  if (correction !== 'fdr') {
    const threshold = level / p.length
    return { ...known, is_drift: p.some((value) => value < threshold) ? 1 : 0, threshold }
  }
  const steps = p.map((_, i) => (level * (i + 1)) / p.length)
  const below = [...p].sort((a, b) => a - b).flatMap((value, i) => (value < (steps[i] ?? 0) ? [i] : []))
  const last = below.at(-1)
  return { ...known, is_drift: last === undefined ? 0 : 1, threshold: last === undefined ? steps : steps[last] }
}

const byFunction: readonly [RegExp, (each: GoldenCase, files: Files) => unknown][] = [
  [/^evidently.*stattests$/, evidently],
  [/^default stat test a column/, dataset],
  [/^scipy\.stats\.\{ks_2samp/, scipyNumeric],
  [/^chi2_contingency/, scipyCategorical],
  [/^PSI = /, otherBins],
  [/univariate\.methods \(continuous\)/, nannymlNumeric],
  [/univariate\.methods \(categorical\)/, nannymlCategorical],
  [/KSDrift$/, alibiKs],
  [/ChiSquareDrift$/, alibiChi2],
]

/** Below this a p-value only has to be as small as the other; the references lose their digits there. */
const hardlyPossible = 1e-12

/** A bound that is stated instead of a value, and p-values of which only the order counts. */
function judge(each: GoldenCase, actual: unknown): readonly string[] {
  const expected = each.expected as Record<string, unknown>
  const lines = disagreements(actual, expected, each.tolerance)
  return lines.filter((line) => {
    const [, path = '', ours = '', theirs = ''] = /^(\S+): (\S+) against (\S+)$/.exec(line) ?? []
    if (path.endsWith('p_below')) {
      const { p = 1 } = (actual as { cramer_von_mises_asymptotic?: { p: number } }).cramer_von_mises_asymptotic ?? {}
      return !(p < Number(theirs))
    }
    if (/cramer_von_mises\.score$/.test(path) && Number(theirs) < 1e-5) return !(Number(ours) < 1e-5)
    if (/(^|[._])p(_val\.\d+)?$|score$/.test(path) && Number(theirs) < hardlyPossible && theirs !== '') {
      return !(Number(ours) < hardlyPossible)
    }
    return true
  })
}

/** Drift of columns and tables. */
export const drift: Area = {
  name: 'drift',
  compute(each, { files }) {
    const found = byFunction.find(([name]) => name.test(each.reference.function))
    if (!found) return new NotApplicable(`${each.reference.function} is not offered`)
    return found[1](each, files)
  },
  judge,
}
