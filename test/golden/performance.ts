import { calibrationCurve, calibrationSlope } from '../../src/modules/evaluation/metrics/calibration-curve.ts'
import { compositeValue } from '../../src/modules/evaluation/metrics/confusion.ts'
import {
  auc,
  type BinaryPerformance,
  binaryPerformance,
  type Calibration,
  calibrationByMass,
  calibrationByWidth,
  comparePairedAuc,
  confusionAt,
  type Figure,
  liftTable,
  multiclassPerformance,
  numberOf,
  rateValue,
  regressionPerformance,
  scoreSteps,
  tprAt,
} from '../../src/modules/evaluation/metrics/index.ts'
import { isotonicApply, isotonicFit } from '../../src/modules/evaluation/metrics/isotonic.ts'
import { delongVariance } from '../../src/modules/evaluation/metrics/ranking.ts'
import { topAccuracy } from '../../src/modules/evaluation/metrics/top-k.ts'
import type { Files, GoldenCase } from './cases.ts'
import { type Area, NotApplicable, type OtherDefinition } from './outcome.ts'
import { type Columns, columnsOf, scored } from './table.ts'

type Data = { readonly y: Uint8Array; readonly predicted: Uint8Array; readonly score: Float64Array }

function dataOf({ input }: GoldenCase, files: Files, file = input.file): Data {
  if (!file) {
    const { y_true, y_pred, score } = input as unknown as { y_true: number[]; y_pred?: number[]; score?: number[] }
    const predicted = Uint8Array.from(y_pred ?? y_true.map(() => 0))
    return { y: Uint8Array.from(y_true), predicted, score: Float64Array.from(score ?? y_pred ?? []) }
  }
  const { y, predicted, score } = scored(files, { ...input, file })
  const rows = (input.first_rows as number | undefined) ?? y.length
  return { y: y.subarray(0, rows), predicted: predicted.subarray(0, rows), score: score.subarray(0, rows) }
}

const value = (figure: Figure) => numberOf(figure) ?? 'NaN'

function figures({ y, score }: Data, threshold: number): BinaryPerformance {
  return binaryPerformance({ y, score, threshold })
}

/** Predicted labels of the case as a score, so that the figures are those of the labels. */
function labels(data: Data): unknown {
  const { n, confusion: counts, figures: of } = figures({ ...data, score: Float64Array.from(data.predicted) }, 0.5)
  const numbers = Object.fromEntries(Object.entries(of).map(([name, figure]) => [name, value(figure)]))
  return { n, ...counts, ...numbers, hamming_loss: 1 - (numberOf(of.accuracy) ?? 0) }
}

function scores(data: Data): unknown {
  const { figures: of, ks_threshold, distinct_scores } = figures(data, 0.5)
  const numbers = Object.fromEntries(Object.entries(of).map(([name, figure]) => [name, value(figure)]))
  return {
    ...numbers,
    ks_threshold,
    distinct_scores,
    ks_2samp_statistic: numbers.ks,
    partial_auc_fpr_0_1_mcclish: numbers.partial_auc_0_1,
  }
}

const binned = (calibration: Calibration | undefined) => ({
  ...calibration,
  bins: calibration?.bins.map((bin) => ({ ...bin, observed: bin.observed_rate })),
})

function thresholdTable({ y, score }: Data): unknown {
  const steps = scoreSteps(y, score)
  return Array.from({ length: 19 }, (_, i) => {
    const threshold = (i + 1) / 20
    const counts = confusionAt(steps, threshold)
    const precision = rateValue('ppv', counts) ?? 0
    return {
      threshold,
      ...counts,
      precision,
      recall: rateValue('tpr', counts) ?? 0,
      f1: compositeValue('f1', counts) ?? 0,
    }
  })
}

function delong({ y, score }: Data): unknown {
  const steps = scoreSteps(y, score)
  const area = auc(steps)
  const [ci_low, ci_high] = area.state === 'ok' ? [area.low, area.high] : []
  return { auc: value(area), ci_low, ci_high, variance: delongVariance(steps) }
}

function curve({ y, score }: Data, strategy: 'uniform' | 'quantile'): unknown {
  const points = calibrationCurve(y, score, 10, strategy)
  return { prob_true: points.map((point) => point.observed_rate), prob_pred: points.map((point) => point.mean_score) }
}

function edgeCase(each: GoldenCase, data: Data): unknown {
  if (each.id === 'mcc-degenerate') return labels(data)
  return scores(data)
}

const computations: Record<string, (data: Data, each: GoldenCase, files: Files) => unknown> = {
  labels,
  scores,
  'roc-grid': ({ y, score }, each) => ({
    tpr: (each.reference.parameters.fpr as number[]).map((fpr) => tprAt(scoreSteps(y, score), fpr)),
  }),
  'threshold-table': thresholdTable,
  'lift-deciles': ({ y, score }) => liftTable(y, score),
  calibration: ({ y, score }) => ({
    width10: binned(calibrationByWidth(scoreSteps(y, score), 10)),
    width15: binned(calibrationByWidth(scoreSteps(y, score), 15)),
    mass10: binned(calibrationByMass(y, score, 10)),
  }),
  'calibration-curve:uniform': (data) => curve(data, 'uniform'),
  'calibration-curve:quantile': (data) => curve(data, 'quantile'),
  isotonic: ({ y, score }, each) => {
    const map = isotonicFit(score, y)
    const { query = [] } = each.expected as { query?: number[] }
    return { x: [...map.x], y: [...map.y], query, predicted: [...isotonicApply(map, query)] }
  },
  'calibration-slope': ({ y, score }) => calibrationSlope(y, score) ?? { slope: 'NaN', intercept: 'NaN' },
  'auc-delong': delong,
  'auc-delong-paired': ({ y, score }, each, files) =>
    comparePairedAuc(y, score, dataOf(each, files, each.input.second as string).score) ?? {},
}

/** One computation per group value, or one for all rows. */
function byGroup(each: GoldenCase, files: Files, compute: (table: Columns) => unknown): unknown {
  const { group } = each.input as { group?: string }
  if (!group) return compute(columnsOf(files, each.input))
  return Object.fromEntries(
    Object.keys(each.expected as object).map((label) => [
      label,
      compute(columnsOf(files, { ...each.input, where: { ...each.input.where, [group]: label } })),
    ]),
  )
}

function regression(table: Columns): unknown {
  const result = regressionPerformance(table.numbers('y_true'), table.numbers('y_pred'))
  const numbers = Object.fromEntries(Object.entries(result.figures).map(([name, figure]) => [name, value(figure)]))
  return {
    ...numbers,
    n: result.n,
    mean_error: numbers.bias,
    error_std_ddof1: numbers.error_std,
    zero_targets: result.zero_targets,
    quantiles: result.residual_quantiles.map((each) => each.value),
  }
}

function multiclass(table: Columns, names: readonly string[]) {
  const labels = names.map((name) => name.slice('score_'.length))
  const codes = (name: string) => Uint8Array.from(table.text(name), (label) => labels.indexOf(label))
  const scores = labels.map((label) => table.numbers(`score_${label}`))
  return multiclassPerformance({ labels, y: codes('y_true'), predicted: codes('y_pred'), scores })
}

function classValues(table: Columns, names: readonly string[]): unknown {
  return Object.fromEntries(
    multiclass(table, names).classes.map(({ label, support, ...figures }) => [
      label,
      { support, ...Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, value(figure)])) },
    ]),
  )
}

function overall(table: Columns, names: readonly string[]): unknown {
  const { n, labels, confusion, figures } = multiclass(table, names)
  const numbers = Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, value(figure)]))
  // Of single labels the micro means are the accuracy.
  const micro = { precision_micro: numbers.accuracy, recall_micro: numbers.accuracy, f1_micro: numbers.accuracy }
  return { n, labels, confusion_matrix: confusion, ...numbers, ...micro, top2_accuracy: topTwo(table, names) }
}

function topTwo(table: Columns, names: readonly string[]): number {
  const labels = names.map((name) => name.slice('score_'.length))
  const y = table.text('y_true').map((label) => labels.indexOf(label))
  return topAccuracy(y, names.map(table.numbers), 2)
}

const zero = 'a rate without a denominator is undefined, not 0'

/** Which values follow another definition; the lines of the case are told apart by their path. */
function others({ input, id }: GoldenCase): OtherDefinition[] {
  const common = [
    { path: /: NaN against 0$/, reason: zero },
    { path: /mape: .* against \d{9,}/, reason: 'zero targets are counted and left out, not divided by an epsilon' },
  ]
  if (id === 'r2-constant-target')
    return [{ path: /^r2: NaN against 0$/, reason: 'R2 of a constant target that was missed is undefined' }]
  if (!Array.isArray((input.columns as Record<string, unknown> | undefined)?.scores)) return common
  const mean = 'a mean over classes leaves out a class that is undefined, the reference counts it as 0'
  return [
    ...common,
    { path: 'group' in input ? /(precision|recall|f1)_(macro|weighted)/ : /precision_(macro|weighted)/, reason: mean },
  ]
}

/** Quality of predictions. */
export const performance: Area = {
  name: 'performance',
  compute(each, { files }) {
    const { input } = each
    const scores = (input.columns as { scores?: readonly string[] } | undefined)?.scores
    if (scores) {
      return byGroup(each, files, (table) => (each.id === 'per-class' ? classValues : overall)(table, scores))
    }
    if (each.id === 'r2-constant-target' || each.id === 'mape-zero-target') return inlineRegression(each)
    if (/regress|residual|quantile/.test(`${each.id} ${each.reference.function}`) && !isBinary(each, files)) {
      return byGroup(each, files, (table) => {
        const result = regression(table) as { quantiles: number[] }
        return each.id === 'residual-quantiles' ? result.quantiles : result
      })
    }
    if (input.file && !isBinary(each, files)) return byGroup(each, files, regression)
    const kind = each.id.startsWith('auc-delong-paired') ? 'auc-delong-paired' : each.id
    const data = dataOf(each, files)
    const compute = computations[kind]
    if (compute) return compute(data, each, files)
    return input.file ? new NotApplicable(`${each.reference.function} is not offered`) : edgeCase(each, data)
  },
  others,
}

function inlineRegression({ input }: GoldenCase): unknown {
  const { y_true, y_pred } = input as unknown as Record<string, number[]>
  const { figures } = regressionPerformance(Float64Array.from(y_true ?? []), Float64Array.from(y_pred ?? []))
  return Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, value(figure)]))
}

/** A table with scores is of a classifier. */
const isBinary = ({ input }: GoldenCase, files: Files) =>
  files.table(input.file ?? '').header.includes(input.columns?.score?.replace(/^1 - /, '') ?? 'score')
