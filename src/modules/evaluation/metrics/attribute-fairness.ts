import { criticalValue } from '../../../lib/statistics/index.ts'
import { calibrationByWidth } from './calibration.ts'
import { type Adjustment, type CountedGroup, compareWith } from './comparison.ts'
import { type Confusion, composite, fromCells, type RateName, rate, rateNames, rateValue } from './confusion.ts'
import type { AttributeFairness, Disparity, GroupFigure, GroupRow, GroupState } from './fairness-types.ts'
import { type Figure, none, numberOf, ok, suppressed } from './figure.ts'
import {
  disparityFigure,
  disparityValues,
  type EmptyRate,
  equalizedOdds,
  expectsFew,
  gap,
  type Resampled,
  rateOr,
  resampleDisparities,
  sumCells,
} from './gaps.ts'
import { impactRows } from './impact.ts'
import { betweenGroupEntropy } from './inequality.ts'
import { meanScore, scoreDeviation } from './loss.ts'
import { addCounts, parity } from './parity.ts'
import { auc, mergeSteps, type ScoreSteps } from './ranking.ts'

/** Below this many rows a calibration error says more about its bins than about the scores. */
const minCalibrationRows = 200
const maxEmptyListed = 1000

export type Rules = {
  readonly suppressBelow: number
  readonly flagBelow: number
  readonly emptyRate: EmptyRate
  readonly adjustment: Adjustment
  readonly seed: number
  readonly rounds: number
}

/**
 * Everything about one attribute (or one intersection): `cells` are four counts per label, `scores` (if any) the ascending
 * scores per label and class. Suppressed groups take no part in any comparison.
 */
export function attributeFairness(
  labels: readonly string[],
  cells: Float64Array,
  scores: readonly Float64Array[] | undefined,
  rules: Rules,
  reference: string | undefined,
): AttributeFairness {
  const overall = sumCells(cells)
  const total = rowsOf(overall)
  const present: (CountedGroup & { readonly code: number; readonly position: number })[] = []
  const empty: string[] = []
  for (const [code, group] of labels.entries()) {
    const counts = fromCells(cells, 4 * code)
    if (rowsOf(counts) === 0) empty.push(group)
    else present.push({ group, code, position: present.length, counts })
  }
  const rows = present.map(({ group, code, counts }) => {
    const steps =
      scores && mergeSteps(scores[2 * code + 1] ?? new Float64Array(), scores[2 * code] ?? new Float64Array())
    return groupRow(group, counts, total, steps, rules)
  })
  const stateOf = new Map(rows.map(({ group, state }) => [group, state]))
  const shown = present.filter(({ group }) => stateOf.get(group) !== 'suppressed')
  const established = shown.filter(({ group }) => stateOf.get(group) === 'ok')
  const resampled = resampleDisparities(countsOf(present), positionsOf(shown), positionsOf(established), rules)
  const values = disparityValues(countsOf(shown), overall, rules.emptyRate)
  const establishedValues = disparityValues(countsOf(established), overall, rules.emptyRate)
  const suppressedGroups = rows.filter(({ state }) => state === 'suppressed').map(({ group }) => group)
  const scope: DisparityScope = { shown, established, values, resampled, stateOf, suppressedGroups, rules }
  const disparities = Object.fromEntries(rateNames.map((name) => [name, disparity(name, scope)]))
  return {
    groups: rows,
    empty: empty.slice(0, maxEmptyListed),
    empty_count: empty.length,
    disparities: {
      ...(disparities as Record<RateName, Disparity>),
      equalized_odds: equalizedOdds(values, 'all', resampled),
      equalized_odds_established: equalizedOdds(establishedValues, 'established', resampled),
    },
    impact: impactRows(rows, shown, rules.adjustment),
    reference: againstReference(shown, reference, rules.adjustment),
    inequality: {
      between_group_theil: betweenGroupEntropy(countsOf(shown), 1),
      between_group_entropy_2: betweenGroupEntropy(countsOf(shown), 2),
    },
  }
}

const rowsOf = ({ tp, fp, tn, fn }: Confusion) => tp + fp + tn + fn
const countsOf = (groups: readonly CountedGroup[]) => groups.map(({ counts }) => counts)
const positionsOf = (groups: readonly { position: number }[]) => groups.map(({ position }) => position)

/** Figures of one set of rows: rates with Wilson intervals, AUC with DeLong's, the mean score with a normal interval. */
export function groupFigures(
  counts: Confusion,
  steps: ScoreSteps | undefined,
  emptyRate: EmptyRate,
): Partial<Record<GroupFigure, Figure>> {
  const orZero = (figure: Figure) => (figure.state === 'undefined' && emptyRate === 'zero' ? ok(0, { n: 0 }) : figure)
  const figures = Object.fromEntries([
    ...rateNames.map((name) => [name, orZero(rate(name, counts))]),
    ['balanced_accuracy', balanced(counts, emptyRate)],
    ['f1', orZero(composite('f1', counts))],
  ])
  return steps ? { ...figures, ...scoreFigures(counts, steps) } : figures
}

/** By fairlearn's convention (from scikit-learn) the one class that is present stands for both. */
function balanced(counts: Confusion, emptyRate: EmptyRate): Figure {
  const figure = composite('balanced_accuracy', counts)
  if (figure.state === 'ok' || emptyRate === 'undefined') return figure
  return ok(rateValue('tpr', counts) ?? rateValue('tnr', counts) ?? 0, { n: rowsOf(counts) })
}

function scoreFigures(counts: Confusion, steps: ScoreSteps): Partial<Record<GroupFigure, Figure>> {
  const n = rowsOf(counts)
  const mean = meanScore(steps)
  const deviation = scoreDeviation(steps)
  const half = deviation === undefined ? undefined : (criticalValue(0.95) * deviation) / Math.sqrt(n)
  const interval = mean === undefined || half === undefined ? undefined : { low: mean - half, high: mean + half }
  const figure = mean === undefined ? none('no rows') : ok(mean, { n, interval })
  const few = suppressed(`fewer than ${minCalibrationRows} rows`)
  const probability = (steps.score[0] ?? 0) <= 1 && (steps.score.at(-1) ?? 0) >= 0
  const judge = (value: number | undefined) => {
    if (n < minCalibrationRows) return few
    return value === undefined || !probability ? none('the score is not a probability') : ok(value, { n })
  }
  const base = numberOf(rate('base_rate', counts)) ?? 0
  return {
    mean_score: figure,
    auc: auc(steps),
    ece: judge(probability ? calibrationByWidth(steps)?.ece : undefined),
    calibration_in_the_large: judge(mean === undefined ? undefined : mean - base),
  }
}

function groupRow(
  group: string,
  counts: Confusion,
  total: number,
  steps: ScoreSteps | undefined,
  rules: Rules,
): GroupRow {
  const n = rowsOf(counts)
  const state: GroupState = n < rules.suppressBelow ? 'suppressed' : n < rules.flagBelow ? 'small' : 'ok'
  const figures = groupFigures(counts, steps, rules.emptyRate)
  if (state === 'suppressed') {
    const withheld = suppressed(`fewer than ${rules.suppressBelow} rows`)
    const rates = Object.fromEntries(Object.keys(figures).map((name) => [name, withheld]))
    return { group, n, share: n / total, n_pos: null, selected: null, counts: null, state, rates, calibration: null }
  }
  const calibrated = figures.ece?.state === 'ok' && steps ? calibrationByWidth(steps) : undefined
  return {
    group,
    n,
    share: n / total,
    n_pos: counts.tp + counts.fn,
    selected: counts.tp + counts.fp,
    counts,
    state,
    rates: figures,
    calibration: calibrated ?? null,
  }
}

type DisparityScope = {
  readonly shown: readonly CountedGroup[]
  readonly established: readonly CountedGroup[]
  readonly values: ReadonlyMap<string, number | undefined>
  readonly resampled: Resampled
  readonly stateOf: ReadonlyMap<string, GroupState>
  readonly suppressedGroups: readonly string[]
  readonly rules: Rules
}

function disparity(name: RateName, scope: DisparityScope): Disparity {
  const { shown, established, values, resampled, stateOf, suppressedGroups, rules } = scope
  const widest = gap(name, 'all', shown, rules.emptyRate, resampled)
  const find = (label: string | null) => shown.find(({ group }) => group === label)
  const [highest, lowest] = [find(widest.highest), find(widest.lowest)]
  const comparisons = highest ? compareWith(name, shown, highest, rules.adjustment) : []
  const decisive = comparisons.find(({ group }) => group === lowest?.group)
  const counts = countsOf(shown)
  return {
    ...widest,
    difference_to_overall: disparityFigure(values, `${name}.difference_to_overall`, 'all', resampled),
    ratio_to_overall: disparityFigure(values, `${name}.ratio_to_overall`, 'all', resampled),
    undefined_groups: shown
      .filter((each) => rateOr(name, each.counts, rules.emptyRate) === undefined)
      .map(({ group }) => group),
    suppressed_groups: suppressedGroups,
    rests_on_small: [highest, lowest].some(
      (end) => end && (stateOf.get(end.group) === 'small' || expectsFew(name, end.counts, counts)),
    ),
    established: gap(name, 'established', established, rules.emptyRate, resampled),
    test: decisive?.test ?? null,
    p: decisive?.p ?? null,
    p_adjusted: decisive?.p_adjusted ?? null,
    comparisons,
  }
}

function againstReference(
  shown: readonly CountedGroup[],
  label: string | undefined,
  adjustment: Adjustment,
): AttributeFairness['reference'] {
  const reference = shown.find(({ group }) => group === label)
  if (!reference) return null
  const others = addCounts(shown.filter(({ group }) => group !== label).map(({ counts }) => counts))
  const rates = Object.fromEntries(rateNames.map((name) => [name, compareWith(name, shown, reference, adjustment)]))
  return {
    group: reference.group,
    rates: rates as Record<RateName, ReturnType<typeof compareWith>>,
    parity: parity(others, reference.counts),
  }
}
