import { fitBoostedTrees } from './boosted-trees.ts'

export const lossMetrics = ['mae', 'rmse', 'mape'] as const
export type LossMetric = (typeof lossMetrics)[number]

/** Columns of inputs, one a feature, and what the model predicted; `y` where labels are known. */
export type PredictedRows = {
  readonly features: readonly Float64Array[]
  readonly predicted: Float64Array
}
export type LabelledRows = PredictedRows & { readonly y: Float64Array }

export type LossEstimate = {
  readonly value: number
  readonly lower_threshold: number
  readonly upper_threshold: number
  readonly alert: boolean
}

/** Zero targets are divided by this (scikit-learn's epsilon), as they are when the realised error is taken. */
const epsilon = 2.220446049250313e-16

export function realisedLoss({ y, predicted }: Pick<LabelledRows, 'y' | 'predicted'>): Record<LossMetric, number> {
  let [absolute, squared, relative] = [0, 0, 0]
  for (let i = 0; i < y.length; i++) {
    const error = (predicted[i] ?? 0) - (y[i] ?? 0)
    absolute += Math.abs(error)
    squared += error * error
    relative += Math.abs(error) / Math.max(epsilon, Math.abs(y[i] ?? 0))
  }
  const n = y.length
  return { mae: absolute / n, rmse: Math.sqrt(squared / n), mape: relative / n }
}

/**
 * Direct loss estimation of a regression (NannyML's DLE): boosted trees learn from a labelled reference how large the
 * error is for which inputs, and say it for rows whose labels are not there yet. Thresholds are the mean of the realised
 * loss over windows of the reference and three standard deviations. Not valid under concept drift.
 */
export function fitDle(reference: LabelledRows, { chunkSize }: { readonly chunkSize: number }) {
  const inputs = [...reference.features, reference.predicted]
  const errors = reference.y.map((y, i) => (reference.predicted[i] ?? 0) - y)
  const absolute = fitBoostedTrees(inputs, errors.map(Math.abs))
  const squared = fitBoostedTrees(
    inputs,
    errors.map((error) => error * error),
  )
  const relative = fitBoostedTrees(
    inputs,
    errors.map((error, i) => Math.abs(error) / Math.max(epsilon, Math.abs(reference.y[i] ?? 0))),
  )
  const thresholds = thresholdsOf(reference, chunkSize)

  return {
    estimate({ features, predicted }: PredictedRows): Record<LossMetric, LossEstimate> {
      const columns = [...features, predicted]
      const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length
      const values: Record<LossMetric, number> = {
        mae: mean(absolute.predict(columns)),
        rmse: Math.sqrt(Math.max(0, mean(squared.predict(columns)))),
        mape: mean(relative.predict(columns)),
      }
      const judge = (metric: LossMetric): LossEstimate => {
        const value = values[metric]
        const [lower_threshold, upper_threshold] = thresholds[metric]
        return { value, lower_threshold, upper_threshold, alert: value < lower_threshold || value > upper_threshold }
      }
      return { mae: judge('mae'), rmse: judge('rmse'), mape: judge('mape') }
    },
  }
}

function thresholdsOf({ y, predicted }: LabelledRows, size: number): Record<LossMetric, readonly [number, number]> {
  const windows = Array.from({ length: Math.ceil(y.length / size) }, (_, i) =>
    realisedLoss({ y: y.slice(i * size, (i + 1) * size), predicted: predicted.slice(i * size, (i + 1) * size) }),
  )
  const limits = (metric: LossMetric): readonly [number, number] => {
    const values = windows.map((window) => window[metric])
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
    return [Math.max(0, mean - 3 * deviation), mean + 3 * deviation]
  }
  return { mae: limits('mae'), rmse: limits('rmse'), mape: limits('mape') }
}
