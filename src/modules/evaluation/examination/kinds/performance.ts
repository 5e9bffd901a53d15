import { badRequest } from '../../../../lib/errors.ts'
import { criticalValue, quantileSorted } from '../../../../lib/statistics/index.ts'
import { fitCalibration } from '../../metrics/calibration-curve.ts'
import {
  binaryPerformance,
  type Figure,
  multiclassIntervals,
  multiclassPerformance,
  none,
  ok,
  regressionIntervals,
  regressionPerformance,
} from '../../metrics/index.ts'
import { topAccuracy } from '../../metrics/top-k.ts'
import type { RegressionResult } from '../../schema.ts'
import { withIntervals } from '../curve-intervals.ts'
import type { Said } from '../said.ts'
import type { Examined, Measured } from './examined.ts'

/** Figures that need a score; predicted labels alone do not have them. */
const ofScores = [
  'roc_auc',
  'gini',
  'average_precision',
  'pr_auc_trapezoid',
  'ks',
  'mean_score',
  'partial_auc_0_1',
  'log_loss',
  'brier',
  'brier_skill',
  'd2_log_loss',
  'ece',
  'calibration_slope',
  'calibration_intercept',
]
const tenths = 10

export function measurePerformance({ task: { protocol }, rows: { said } }: Examined): Measured {
  const { seed, bootstrap } = protocol
  switch (said.task) {
    case 'scores':
      throw badRequest('the protocol is for scores without labels, so there is no performance to measure')
    case 'binary': {
      const { y, score, scored } = said
      const threshold = protocol.task === 'binary' && scored ? protocol.threshold : 0.5
      const rounds = bootstrap > 0 ? { bootstrap: { seed, rounds: bootstrap } } : {}
      const measured = binaryPerformance({ y, score, threshold, ...rounds })
      const figures = { ...measured.figures, ...calibrationFigures(y, score, scored) }
      const result = { ...withIntervals(measured), figures }
      return { result: scored ? result : withoutScores(result) }
    }
    case 'multiclass': {
      const { labels, y, predicted, scores } = said
      const measured = multiclassPerformance({ labels, y, predicted, ...(scores ? { scores } : {}) })
      const top = scores && labels.length > 3 ? { top_3_accuracy: shareOf(topAccuracy(y, scores, 3), y.length) } : {}
      const intervals = multiclassIntervals(measured.confusion, { seed, rounds: bootstrap })
      const figures = { ...withLimits(measured.figures, intervals), ...top }
      return { result: { task: 'multiclass', ...measured, figures } }
    }
    case 'regression': {
      const measured = regressionPerformance(said.y, said.predicted)
      const intervals = regressionIntervals(said.y, said.predicted, { seed, rounds: bootstrap })
      const figures = withLimits(measured.figures, intervals)
      return { result: { task: 'regression', ...measured, figures, residuals: residualsByTenth(said) } }
    }
  }
}

/** Figures that have no interval of their own get the resampled one. */
function withLimits(
  figures: Readonly<Record<string, Figure>>,
  intervals: Readonly<Partial<Record<string, { readonly low: number; readonly high: number }>>>,
): Record<string, Figure> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, figure]) => {
      const interval = intervals[name]
      if (figure.state !== 'ok' || figure.low !== undefined || !interval) return [name, figure]
      return [name, ok(figure.value, { interval, ...(figure.n === undefined ? {} : { n: figure.n }) })]
    }),
  )
}

const shareOf = (value: number, n: number) => ({ state: 'ok' as const, value, n })

/** With Wald intervals; they say nothing of scores that are no probabilities. */
function calibrationFigures(y: Uint8Array, score: Float64Array, scored: boolean): Record<string, Figure> {
  const probability = scored && score.every((value) => value >= 0 && value <= 1)
  const fit = probability ? fitCalibration(y, score) : undefined
  if (!fit) {
    const why = none(probability ? 'the classes are separated, or there is only one' : 'the score is not a probability')
    return { calibration_slope: why, calibration_intercept: why }
  }
  const figure = (value: number, error: number) => {
    const half = criticalValue(0.95) * error
    return ok(value, { n: y.length, interval: { low: value - half, high: value + half } })
  }
  return {
    calibration_slope: figure(fit.slope, fit.slopeError),
    calibration_intercept: figure(fit.intercept, fit.interceptError),
  }
}

function withoutScores(measured: { readonly figures: Readonly<Record<string, Figure>> }): object {
  const figures = Object.fromEntries(
    Object.entries(measured.figures).map(([name, figure]) => [
      name,
      ofScores.includes(name) ? none('the table has predicted labels, and no scores') : figure,
    ]),
  )
  const empty = { roc: [], lift: [], thresholds: [], calibration: { equal_width: null, equal_mass: null } }
  return { ...measured, figures, ...empty, ks_threshold: null }
}

/** Rows by tenths of the prediction, so that an error that depends on it shows. */
function residualsByTenth({ y, predicted }: Extract<Said, { task: 'regression' }>): RegressionResult['residuals'] {
  const order = Uint32Array.from(y.keys()).sort((a, b) => (predicted[a] ?? 0) - (predicted[b] ?? 0) || a - b)
  return Array.from({ length: tenths }, (_, i) => {
    const own = order.subarray(Math.floor((i * y.length) / tenths), Math.floor(((i + 1) * y.length) / tenths))
    const errors = Float64Array.from(own, (row) => (predicted[row] ?? 0) - (y[row] ?? 0)).sort()
    const mean = (of: (row: number) => number) => own.reduce((sum, row) => sum + of(row), 0) / own.length
    return {
      n: own.length,
      mean_prediction: mean((row) => predicted[row] ?? 0),
      mean_target: mean((row) => y[row] ?? 0),
      mean_error: mean((row) => (predicted[row] ?? 0) - (y[row] ?? 0)),
      low: quantileSorted(errors, 0.05),
      median: quantileSorted(errors, 0.5),
      high: quantileSorted(errors, 0.95),
    }
  }).filter(({ n }) => n > 0)
}
