import { afterAll, expect, test } from 'vitest'
import {
  benjaminiHochberg,
  bonferroni,
  chi2Homogeneity,
  clopperPearson,
  fisherExact,
  holm,
  logRatio,
  multinomial,
  newcombe,
  quantileSorted,
  seeded,
  twoProportionZ,
  wilson,
} from '../../../lib/statistics/index.ts'
import { disagreements, type GoldenCase, goldenCases, goldenNumbers, goldenTable } from '../../../testing/golden.ts'
import { describeShared } from '../../../testing/shared.ts'
import { fromCells, rateValue, share } from './confusion.ts'
import { quotient, quotientToOverall, spread, spreadToOverall } from './disparity.ts'
import { sumCells } from './gaps.ts'
import {
  type Attribute,
  type AttributeFairness,
  averagePrecision,
  brier,
  type Confusion,
  calibrationByWidth,
  coefficientOfVariation,
  confusion,
  type Figure,
  generalisedEntropy,
  groupFairness,
  numberOf,
  parity,
  scoreSteps,
  theil,
} from './index.ts'
import { betweenGroupEntropy } from './inequality.ts'

const files = [
  'adult-gbt.json',
  'adult-logreg-threshold-0.3.json',
  'bank-gbt.json',
  'compas-logreg.json',
  'credit-default-hgb.json',
  'german-logreg.json',
  'edge-cases.json',
]

type Data = {
  readonly y: Uint8Array
  readonly predicted: Uint8Array
  readonly score: Float64Array | undefined
  readonly sensitive: readonly (readonly string[])[]
}

function dataOf({ input }: GoldenCase): Data {
  if (!input.file) {
    const { y_true, y_pred, group } = input as unknown as { y_true: number[]; y_pred: number[]; group: string[] }
    return { y: Uint8Array.from(y_true), predicted: Uint8Array.from(y_pred), score: undefined, sensitive: [group] }
  }
  const table = goldenTable(input)
  const numbers = (name: string) => goldenNumbers(table, input.columns?.[name] ?? name)
  const names = input.sensitive as string[]
  return {
    y: Uint8Array.from(numbers('y_true')),
    predicted: Uint8Array.from(numbers('y_pred')),
    score: numbers('score'),
    sensitive: names.map(table.column),
  }
}

function encode(name: string, values: readonly string[]): Attribute {
  const labels = [...new Set(values)].sort()
  const code = new Map(labels.map((label, i) => [label, i]))
  return { name, labels, codes: Int32Array.from(values, (value) => code.get(value) ?? -1) }
}

/** The reference shows every group however small, and takes 0 for a rate without a denominator. */
function fairlearnView(each: GoldenCase, rounds = 0) {
  const { y, predicted, score, sensitive } = dataOf(each)
  const attributes = sensitive.map((values, i) => encode(`a${i}`, values))
  const result = groupFairness({
    y,
    predicted,
    ...(score ? { score } : {}),
    attributes,
    intersections: true,
    seed: 1,
    rounds,
    options: { suppressBelow: 0, flagBelow: 0, emptyRate: 'zero' },
  })
  const groups = result.intersection ?? result.attributes.a0
  if (!groups) throw new Error('no groups')
  return { result, groups }
}

const names = { precision: 'ppv' } as Record<string, 'ppv'>
const orNaN = (figure: Figure | undefined) => numberOf(figure) ?? 'NaN'

function metricFrame(each: GoldenCase): unknown {
  const { result, groups } = fairlearnView(each)
  const expected = each.expected as { overall?: object; by_group: Record<string, object> }
  const rate = (rates: AttributeFairness['groups'][number]['rates'], name: string) =>
    orNaN(rates[names[name] ?? (name as 'ppv')])
  const by_group = Object.fromEntries(
    Object.keys(expected.by_group).map((name) => [
      name,
      Object.fromEntries([
        ...groups.groups.map((row) => [row.group, name === 'count' ? row.n : rate(row.rates, name)]),
        ...groups.empty.map((label) => [label, 'NaN']),
      ]),
    ]),
  )
  const overall = Object.fromEntries(
    Object.keys(expected.by_group).map((name) => [name, name === 'count' ? result.n : rate(result.rates, name)]),
  )
  const over = (combine: (values: number[], whole: number) => number | undefined) =>
    Object.fromEntries(
      Object.entries(by_group).map(([name, values]) => [
        name,
        combine(
          Object.values(values).filter((value) => typeof value === 'number'),
          Number(overall[name]),
        ) ?? 'NaN',
      ]),
    )
  return {
    overall,
    by_group,
    group_min: over((values) => Math.min(...values)),
    group_max: over((values) => Math.max(...values)),
    difference_between_groups: over(spread),
    difference_to_overall: over(spreadToOverall),
    ratio_between_groups: over(quotient),
    ratio_to_overall: over(quotientToOverall),
  }
}

function between({ disparities }: AttributeFairness): Record<string, unknown> {
  const { selection_rate, tpr, equalized_odds } = disparities
  return {
    demographic_parity_difference: orNaN(selection_rate.difference),
    demographic_parity_ratio: orNaN(selection_rate.ratio),
    equal_opportunity_difference: orNaN(tpr.difference),
    equal_opportunity_ratio: orNaN(tpr.ratio),
    'equalized_odds_difference.worst_case': orNaN(equalized_odds.difference),
    'equalized_odds_ratio.worst_case': orNaN(equalized_odds.ratio),
    'equalized_odds_difference.mean': orNaN(equalized_odds.difference_mean),
    'equalized_odds_ratio.mean': orNaN(equalized_odds.ratio_mean),
    equalized_odds_difference: orNaN(equalized_odds.difference),
    equalized_odds_ratio: orNaN(equalized_odds.ratio),
  }
}

function toOverall({ disparities }: AttributeFairness): Record<string, unknown> {
  const { selection_rate, tpr, fpr } = disparities
  const [t, f] = [tpr, fpr].map((rate) => numberOf(rate.difference_to_overall) ?? 0)
  const [tr, fr] = [tpr, fpr].map((rate) => numberOf(rate.ratio_to_overall) ?? 0)
  return {
    demographic_parity_difference: orNaN(selection_rate.difference_to_overall),
    demographic_parity_ratio: orNaN(selection_rate.ratio_to_overall),
    equal_opportunity_difference: orNaN(tpr.difference_to_overall),
    equal_opportunity_ratio: orNaN(tpr.ratio_to_overall),
    'equalized_odds_difference.worst_case': Math.max(t ?? 0, f ?? 0),
    'equalized_odds_ratio.worst_case': Math.min(tr ?? 0, fr ?? 0),
    'equalized_odds_difference.mean': ((t ?? 0) + (f ?? 0)) / 2,
    'equalized_odds_ratio.mean': ((tr ?? 0) + (fr ?? 0)) / 2,
  }
}

function disparities(each: GoldenCase): unknown {
  const { groups } = fairlearnView(each)
  return { between_groups: between(groups), to_overall: toOverall(groups) }
}

function scoresByGroup(each: GoldenCase): unknown {
  const { y, score = new Float64Array(), sensitive } = dataOf(each)
  const { groups } = fairlearnView(each)
  const keys = y.length > 0 ? Array.from(y, (_, i) => sensitive.map((values) => values[i]).join('|')) : []
  return Object.fromEntries(
    groups.groups.map(({ group, n, rates }) => {
      const own = keys.flatMap((key, i) => (key === group ? [i] : []))
      const steps = scoreSteps(
        Uint8Array.from(own, (i) => y[i] ?? 0),
        Float64Array.from(own, (i) => score[i] ?? 0),
      )
      const precision = averagePrecision(steps) ?? 'NaN'
      const base = numberOf(rates.base_rate)
      const mean = numberOf(rates.mean_score)
      return [
        group,
        {
          n,
          roc_auc: orNaN(rates.auc),
          average_precision: precision,
          brier: brier(steps),
          mean_score: mean,
          mean_label: base,
          calibration: calibrationByWidth(steps),
        },
      ]
    }),
  )
}

function calibrationByGroup(each: GoldenCase): unknown {
  const { groups } = fairlearnView(each)
  return Object.fromEntries(groups.groups.map(({ group, calibration }) => [group, calibration]))
}

/** Confusion of the privileged group and of everybody else. */
function sides(each: GoldenCase): { privileged: Confusion; unprivileged: Confusion; overall: Confusion } {
  const { y, predicted, sensitive } = dataOf(each)
  const [, , label] = /^(interval:\w+|aif360):\w+=(.*)$/.exec(each.id) ?? []
  const of = (keep: (i: number) => boolean) =>
    confusion(
      y.filter((_, i) => keep(i)),
      predicted.filter((_, i) => keep(i)),
    )
  return {
    privileged: of((i) => sensitive[0]?.[i] === label),
    unprivileged: of((i) => sensitive[0]?.[i] !== label),
    overall: confusion(y, predicted),
  }
}

const notOffered = /smoothed_empirical|bias_amplification/
const infiniteOr = (figure: Figure) =>
  figure.state === 'undefined' && figure.reason.startsWith('infinite') ? 'Infinity' : orNaN(figure)

function aif360(each: GoldenCase): unknown {
  const { privileged, unprivileged, overall } = sides(each)
  const groups = [unprivileged, privileged]
  const measures = {
    ...parity(unprivileged, privileged),
    theil_index: theil(overall),
    coefficient_of_variation: coefficientOfVariation(generalisedEntropy(overall, 2)),
    between_group_theil_index: betweenGroupEntropy(groups, 1),
    between_all_groups_theil_index: betweenGroupEntropy(groups, 1),
    between_group_generalized_entropy_index: betweenGroupEntropy(groups, 2),
    between_group_coefficient_of_variation: coefficientOfVariation(betweenGroupEntropy(groups, 2)),
    'generalized_entropy_index(alpha=0)': generalisedEntropy(overall, 0),
    'generalized_entropy_index(alpha=1)': generalisedEntropy(overall, 1),
    'generalized_entropy_index(alpha=2)': generalisedEntropy(overall, 2),
  }
  return Object.fromEntries(Object.entries(measures).map(([name, figure]) => [name, infiniteOr(figure)]))
}

const limits = ({ low, high }: { low: number; high: number }) => [low, high]

function intervals(each: GoldenCase): unknown {
  const { privileged, unprivileged } = sides(each)
  const name = { selection: 'selection_rate', tpr: 'tpr', fpr: 'fpr' }[each.id.split(':')[1] ?? ''] ?? 'tpr'
  const [x1, n1] = share(name as 'tpr', unprivileged)
  const [x2, n2] = share(name as 'tpr', privileged)
  const chi2 = chi2Homogeneity([
    [x1, n1 - x1],
    [x2, n2 - x2],
  ])
  const side = (x: number, n: number) => ({
    x,
    n,
    'ci95.wilson': limits(wilson(x, n)),
    'ci95.beta': limits(clopperPearson(x, n)),
  })
  return {
    unprivileged: side(x1, n1),
    privileged: side(x2, n2),
    'difference_ci95.newcomb': limits(newcombe(x1, n1, x2, n2)),
    'ratio_ci95.log': limits(logRatio(x1, n1, x2, n2)),
    two_proportion_z: twoProportionZ(x1, n1, x2, n2),
    fisher_exact: { p_two_sided: fisherExact(x1, n1, x2, n2) },
    'chi2.correction=False': chi2,
  }
}

function multipleTests(each: GoldenCase): unknown {
  const { groups } = fairlearnView(each)
  const { reference_group, order } = each.reference.parameters as { reference_group: string; order: string[] }
  const counts = (label: string) => {
    const row = groups.groups.find(({ group }) => group === label)
    return [row?.selected ?? 0, row?.n ?? 0] as const
  }
  const p = order.map((label) => fisherExact(...counts(label), ...counts(reference_group)))
  return { p, bonferroni: bonferroni(p), holm: holm(p), fdr_bh: benjaminiHochberg(p) }
}

/** Quantiles of resampled rates; groups below 50 rows move more than the tolerance and are left as they are expected. */
function bootstrapped(each: GoldenCase): unknown {
  const { groups } = fairlearnView(each)
  const expected = each.expected as { by_group_ci: Record<string, Record<string, Record<string, number>>> }
  const large = groups.groups.filter(({ n }) => n >= 50)
  const cells = groups.groups.flatMap(({ counts }) => (counts ? [counts.tn, counts.fp, counts.fn, counts.tp] : []))
  const drawn = new Float64Array(cells.length)
  const random = seeded(1)
  const rounds = Array.from({ length: 1000 }, () => {
    multinomial(random, Float64Array.from(cells), drawn)
    return drawn.slice()
  })
  const replicates = (name: 'selection_rate' | 'accuracy', of: (cells: Float64Array) => Confusion) =>
    Float64Array.from(rounds, (round) => rateValue(name, of(round)) ?? 0).sort()
  const at = (q: string, name: string, of: (cells: Float64Array) => Confusion) =>
    quantileSorted(replicates(name as 'accuracy', of), Number(q))
  const perQuantile = (compute: (q: string, name: string) => unknown) =>
    Object.fromEntries(
      Object.keys(expected.by_group_ci).map((q) => [
        q,
        Object.fromEntries(['selection_rate', 'accuracy'].map((name) => [name, compute(q, name)])),
      ]),
    )
  return {
    overall_ci: perQuantile((q, name) => at(q, name, sumCells)),
    by_group_ci: perQuantile((q, name) => ({
      ...expected.by_group_ci[q]?.[name],
      ...Object.fromEntries(
        large.map(({ group }) => {
          const offset = 4 * groups.groups.findIndex((row) => row.group === group)
          return [group, at(q, name, (round) => fromCells(round, offset))]
        }),
      ),
    })),
  }
}

const computations: Record<string, (each: GoldenCase) => unknown> = {
  'metric-frame': metricFrame,
  disparities,
  'scores-by-group': scoresByGroup,
  'calibration-by-group': calibrationByGroup,
  aif360,
  interval: intervals,
  'multiple-tests': multipleTests,
  bootstrap: bootstrapped,
}
/** Methods and measures of the references that this product does not offer; the rest of their case is compared. */
const leftOut =
  /^(unprivileged|privileged)\.ci95\.(agresti_coull|jeffreys|normal)|difference_ci95\.(wald|agresti-caffo|score)|ratio_ci95\.(log-adjusted|score)|fisher_exact\.odds_ratio|chi2\.correction=True|^fdr_by|^sidak/

function outcome(each: GoldenCase, file: string): { readonly not?: string; readonly wrong: readonly string[] } {
  const kind = each.id.split(':')[0] ?? ''
  if (each.id === 'one-group') return { not: 'one group cannot be compared: undefined here', wrong: [] }
  const compute = computations[kind] ?? (file === 'edge-cases.json' ? edgeCase : undefined)
  if (!compute) return { not: `no such computation: ${kind}`, wrong: [] }
  const wrong = disagreements(compute(each), each.expected, each.tolerance)
  return { wrong: wrong.filter((line) => !leftOut.test(line) && !notOffered.test(line)) }
}

function edgeCase(each: GoldenCase): unknown {
  return { ...(metricFrame(each) as object), ...between(fairlearnView(each).groups) }
}

describeShared('group fairness against reference libraries', ['golden', 'fairness'], () => {
  const passed = new Map<string, number>()
  const notApplicable = new Map<string, number>([['consistency: nearest neighbours are not offered', 2]])
  const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1)
  for (const file of files)
    test(file, () => {
      const failures: string[] = []
      for (const each of goldenCases('fairness', file)) {
        const { not, wrong } = outcome(each, file)
        if (not) count(notApplicable, not)
        else if (wrong.length === 0) count(passed, each.id.split(':')[0] ?? '')
        failures.push(...wrong.map((line) => `${each.id} ${line}`))
      }
      expect(failures).toEqual([])
    })
  afterAll(() =>
    console.log('fairness passed', Object.fromEntries(passed), 'not applicable', Object.fromEntries(notApplicable)),
  )
})
