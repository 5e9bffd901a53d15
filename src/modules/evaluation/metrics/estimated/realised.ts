import { aucValue, averagePrecision, scoreSteps } from '../ranking.ts'

export const labelMetrics = ['f1', 'precision', 'recall', 'specificity', 'accuracy'] as const
export const scoreMetrics = ['roc_auc', 'average_precision'] as const
export const countMetrics = ['true_positive', 'true_negative', 'false_positive', 'false_negative'] as const
export const estimatedMetrics = [...scoreMetrics, ...labelMetrics, ...countMetrics] as const
export type EstimatedMetric = (typeof estimatedMetrics)[number]

/** Rows of one window: labels and predictions of 0 and 1, and the score of 1. */
export type ScoredRows = { readonly y: Uint8Array; readonly predicted: Uint8Array; readonly score: Float64Array }

export type Cells = { readonly tp: number; readonly fp: number; readonly tn: number; readonly fn: number }

/** Rates of possibly fractional counts; undefined where nothing is in the denominator. */
export function fromCells({ tp, fp, tn, fn }: Cells): Record<(typeof labelMetrics)[number], number | undefined> {
  const share = (part: number, whole: number) => (whole > 0 ? part / whole : undefined)
  return {
    f1: share(2 * tp, 2 * tp + fp + fn),
    precision: share(tp, tp + fp),
    recall: share(tp, tp + fn),
    specificity: share(tn, tn + fp),
    accuracy: share(tp + tn, tp + tn + fp + fn),
  }
}

export type Values = Readonly<Record<EstimatedMetric, number | undefined>>

/** The metrics of rows whose labels are known. */
export function realised({ y, predicted, score }: ScoredRows): Values {
  const cells = { tp: 0, fp: 0, tn: 0, fn: 0 }
  for (let i = 0; i < y.length; i++)
    cells[y[i] === 1 ? (predicted[i] === 1 ? 'tp' : 'fn') : predicted[i] === 1 ? 'fp' : 'tn']++
  const steps = scoreSteps(y, score)
  return {
    ...fromCells(cells),
    roc_auc: aucValue(steps),
    average_precision: averagePrecision(steps),
    true_positive: cells.tp,
    true_negative: cells.tn,
    false_positive: cells.fp,
    false_negative: cells.fn,
  }
}
