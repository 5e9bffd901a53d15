import { afterAll, expect, test } from 'vitest'
import { disagreements, type GoldenCase, goldenCases, goldenNumbers, goldenTable } from '../../../testing/golden.ts'
import { describeShared } from '../../../testing/shared.ts'
import { compositeValue } from './confusion.ts'
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
  numberOf,
  rateValue,
  scoreSteps,
  tprAt,
} from './index.ts'
import { delongVariance } from './ranking.ts'

const files = [
  'adult-gbt.json',
  'adult-logreg-threshold-0.35.json',
  'bank-gbt-threshold-0.2.json',
  'compas-logreg.json',
  'compas-tree5-many-ties.json',
  'german-logreg.json',
  'edge-cases.json',
]

type Data = { readonly y: Uint8Array; readonly predicted: Uint8Array; readonly score: Float64Array }

function dataOf({ input }: GoldenCase, file = input.file): Data {
  if (!file) {
    const { y_true, y_pred, score } = input as unknown as { y_true: number[]; y_pred?: number[]; score?: number[] }
    const predicted = Uint8Array.from(y_pred ?? y_true.map(() => 0))
    return { y: Uint8Array.from(y_true), predicted, score: Float64Array.from(score ?? y_pred ?? []) }
  }
  const table = goldenTable({ ...input, file })
  const rows = (input.first_rows as number | undefined) ?? table.length
  const numbers = (name: string) => goldenNumbers(table, input.columns?.[name] ?? name).subarray(0, rows)
  return {
    y: Uint8Array.from(numbers('y_true')),
    predicted: Uint8Array.from(numbers('y_pred')),
    score: numbers('score'),
  }
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

function curve(data: Data): unknown {
  const bins = calibrationByWidth(scoreSteps(data.y, data.score))?.bins ?? []
  return { prob_true: bins.map((bin) => bin.observed_rate), prob_pred: bins.map((bin) => bin.mean_score) }
}

function edgeCase(each: GoldenCase, data: Data): unknown {
  if (each.id === 'mcc-degenerate') return labels(data)
  return scores(data)
}

const computations: Record<string, (data: Data, each: GoldenCase) => unknown> = {
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
  'calibration-curve:uniform': curve,
  'auc-delong': delong,
  'auc-delong-paired': ({ y, score }, each) =>
    comparePairedAuc(y, score, dataOf(each, each.input.second as string).score) ?? {},
}

const notApplicable: Record<string, string> = {
  'calibration-curve:quantile': 'bins between quantiles are not offered; equal mass by rank is',
  isotonic: 'calibration maps belong to estimated performance',
  'calibration-slope': 'calibration maps belong to estimated performance',
  'r2-constant-target': 'regression',
  'mape-zero-target': 'regression',
}

/** scikit-learn's 0 for a rate without a denominator, where the answer here is undefined. */
const zeroForUndefined = /: NaN against 0$/

describeShared('binary quality against reference libraries', ['golden', 'performance'], () => {
  const passed = new Map<string, number>()
  const left = new Map<string, number>()
  const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1)
  for (const file of files)
    test(file, () => {
      const failures: string[] = []
      for (const each of goldenCases('performance', file)) {
        const kind = each.id.startsWith('auc-delong-paired') ? 'auc-delong-paired' : each.id
        const onEdges = file === 'compas-tree5-many-ties.json' && kind === 'calibration-curve:uniform'
        const reason = onEdges ? 'scores on bin edges: bins here are closed on the left' : notApplicable[kind]
        if (reason !== undefined) {
          count(left, reason)
          continue
        }
        const data = dataOf(each)
        const compute = computations[kind]
        const actual = compute ? compute(data, each) : edgeCase(each, data)
        const wrong = disagreements(actual, each.expected, each.tolerance).filter(
          (line) => !zeroForUndefined.test(line),
        )
        if (wrong.length === 0) count(passed, compute ? kind : 'edge case')
        failures.push(...wrong.map((line) => `${each.id} ${line}`))
      }
      expect(failures).toEqual([])
    })
  afterAll(() =>
    console.log('performance passed', Object.fromEntries(passed), 'not applicable', Object.fromEntries(left)),
  )
})
