import { logRatio, multinomial, newcombe, seeded } from '../../../lib/statistics/index.ts'
import { Replicates } from './binary-bootstrap.ts'
import type { CountedGroup } from './comparison.ts'
import { type Confusion, fromCells, type RateName, rateNames, rateValue, share } from './confusion.ts'
import { combine, extremes, quotient, quotientToOverall, spread, spreadToOverall } from './disparity.ts'
import type { EqualizedOdds, Gap } from './fairness-types.ts'
import { type Figure, none, ok } from './figure.ts'
import { addCounts } from './parity.ts'

export type EmptyRate = 'undefined' | 'zero'
const fewGroups = 'fewer than two groups to compare'

/** A rate as a number; without a denominator undefined, or 0 by fairlearn's convention. */
export function rateOr(name: RateName, counts: Confusion, emptyRate: EmptyRate): number | undefined {
  return rateValue(name, counts) ?? (emptyRate === 'zero' ? 0 : undefined)
}

/** Point values of all disparities of a set of groups, by name. */
export function disparityValues(
  groups: readonly Confusion[],
  overall: Confusion,
  emptyRate: EmptyRate,
): Map<string, number | undefined> {
  const values = new Map<string, number | undefined>()
  for (const name of rateNames) {
    const rates: number[] = []
    for (const counts of groups) {
      const rate = rateOr(name, counts, emptyRate)
      if (rate !== undefined) rates.push(rate)
    }
    const whole = rateOr(name, overall, emptyRate)
    values.set(`${name}.difference`, spread(rates))
    values.set(`${name}.ratio`, quotient(rates))
    values.set(`${name}.difference_to_overall`, whole === undefined ? undefined : spreadToOverall(rates, whole))
    values.set(`${name}.ratio_to_overall`, whole === undefined ? undefined : quotientToOverall(rates, whole))
  }
  for (const measure of ['difference', 'ratio'] as const) {
    const parts = [values.get(`tpr.${measure}`), values.get(`fpr.${measure}`)]
    const both = combine(parts, measure === 'difference' ? 'max' : 'min')
    values.set(`equalized_odds.${measure}`, both?.worst)
    values.set(`equalized_odds.${measure}_mean`, both?.mean)
  }
  return values
}

export type Resampled = { readonly replicates: Replicates; readonly rounds: number }
export type Scope = 'all' | 'established'

/**
 * Replicates of every disparity over all shown groups and over those large enough to decide on. Rows of the whole frame
 * are resampled with replacement, seen through group and confusion cell: a multinomial draw of 4 counts per group.
 * `shown` and `established` are positions in `groups`.
 */
export function resampleDisparities(
  groups: readonly Confusion[],
  shown: readonly number[],
  established: readonly number[],
  { seed, rounds, emptyRate }: { seed: number; rounds: number; emptyRate: EmptyRate },
): Resampled {
  const replicates = new Replicates()
  const random = seeded(seed)
  const cells = Float64Array.from(groups.flatMap(({ tp, fp, tn, fn }) => [tn, fp, fn, tp]))
  const drawn = new Float64Array(cells.length)
  const scopes: (readonly [Scope, readonly number[]])[] = [
    ['all', shown],
    ['established', established],
  ]
  for (let round = 0; round < rounds; round++) {
    multinomial(random, cells, drawn)
    const overall = sumCells(drawn)
    for (const [scope, positions] of scopes) {
      if (positions.length < 2) continue
      const redrawn = positions.map((position) => fromCells(drawn, 4 * position))
      for (const [name, value] of disparityValues(redrawn, overall, emptyRate))
        replicates.add(`${scope}.${name}`, value)
    }
  }
  return { replicates, rounds }
}

/** Confusion of all groups together. */
export function sumCells(cells: Float64Array): Confusion {
  const total = new Float64Array(4)
  for (let i = 0; i < cells.length; i++) total[i & 3] = (total[i & 3] ?? 0) + (cells[i] ?? 0)
  return fromCells(total, 0)
}

/**
 * Difference and ratio of a rate over groups. Two groups get Newcombe's and the log interval of the two, which may reach
 * below 0 and above 1; the extremes of more groups get percentile bootstrap limits.
 */
export function gap(
  name: RateName,
  scope: Scope,
  groups: readonly CountedGroup[],
  emptyRate: EmptyRate,
  resampled: Resampled,
): Gap {
  const defined = groups.flatMap(({ group, counts }) => {
    const value = rateOr(name, counts, emptyRate)
    return value === undefined ? [] : [{ group, value, counts }]
  })
  const ends = extremes(defined)
  if (!ends) return { difference: none(fewGroups), ratio: none(fewGroups), highest: null, lowest: null }
  const { highest, lowest } = ends
  const ratio = quotient(defined.map(({ value }) => value))
  const exact = defined.length === 2 ? pair(name, defined, highest.group, lowest.group) : undefined
  const interval = (measure: 'difference' | 'ratio') =>
    exact?.[measure] ?? resampled.replicates.interval(`${scope}.${name}.${measure}`, resampled.rounds)
  return {
    difference: ok(highest.value - lowest.value, { interval: interval('difference') }),
    ratio: ratio === undefined ? none(`${name} is 0 in every group`) : ok(ratio, { interval: interval('ratio') }),
    highest: highest.group,
    lowest: lowest.group,
  }
}

function pair(name: RateName, groups: readonly CountedGroup[], highest: string, lowest: string) {
  const high = groups.find(({ group }) => group === highest)
  // With equal rates both ends are the first group; the other one is the pair's second.
  const low = groups.find(({ group }) => (highest === lowest ? group !== highest : group === lowest))
  if (!high || !low) return undefined
  const [x1, n1] = share(name, high.counts)
  const [x2, n2] = share(name, low.counts)
  if (n1 === 0 || n2 === 0) return undefined
  return { difference: newcombe(x1, n1, x2, n2), ratio: logRatio(x2, n2, x1, n1) }
}

/** A named disparity over groups with bootstrap limits. */
export function disparityFigure(
  values: ReadonlyMap<string, number | undefined>,
  name: string,
  scope: Scope,
  { replicates, rounds }: Resampled,
): Figure {
  const value = values.get(name)
  return value === undefined
    ? none(fewGroups)
    : ok(value, { interval: replicates.interval(`${scope}.${name}`, rounds) })
}

/** Equalized odds: the worst and the mean of the TPR and FPR disparities (fairlearn, agg "worst_case" and "mean"). */
export function equalizedOdds(
  values: ReadonlyMap<string, number | undefined>,
  scope: Scope,
  resampled: Resampled,
): EqualizedOdds {
  const figure = (name: string) => disparityFigure(values, `equalized_odds.${name}`, scope, resampled)
  const parts = ['tpr.difference', 'fpr.difference', 'tpr.ratio', 'fpr.ratio'].map((name) => values.get(name))
  return {
    difference: figure('difference'),
    difference_mean: figure('difference_mean'),
    ratio: figure('ratio'),
    ratio_mean: figure('ratio_mean'),
    partial: parts.some((part) => part === undefined),
  }
}

/** True where the group expects fewer than 5 rows on either side of the rate, given the rate of all shown groups. */
export function expectsFew(name: RateName, counts: Confusion, all: readonly Confusion[]): boolean {
  const pooled = rateValue(name, addCounts(all)) ?? 0
  const [, n] = share(name, counts)
  return n * pooled < 5 || n * (1 - pooled) < 5
}
