import { badRequest } from '../../../../lib/errors.ts'
import { quantileSorted } from '../../../../lib/statistics/index.ts'
import { binaryPerformance, multiclassPerformance, none, regressionPerformance } from '../../metrics/index.ts'
import { topAccuracy } from '../../metrics/top-k.ts'
import type { RegressionResult } from '../../schema.ts'
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
      const result = binaryPerformance({ y, score, threshold, ...rounds })
      return { result: scored ? result : withoutScores(result) }
    }
    case 'multiclass': {
      const { labels, y, predicted, scores } = said
      const measured = multiclassPerformance({ labels, y, predicted, ...(scores ? { scores } : {}) })
      const top = scores && labels.length > 3 ? { top_3_accuracy: shareOf(topAccuracy(y, scores, 3), y.length) } : {}
      return { result: { task: 'multiclass', ...measured, figures: { ...measured.figures, ...top } } }
    }
    case 'regression':
      return {
        result: {
          task: 'regression',
          ...regressionPerformance(said.y, said.predicted),
          residuals: residualsByTenth(said),
        },
      }
  }
}

const shareOf = (value: number, n: number) => ({ state: 'ok' as const, value, n })

function withoutScores(measured: ReturnType<typeof binaryPerformance>): object {
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
