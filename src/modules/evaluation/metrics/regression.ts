import { badRequest } from '../../../lib/errors.ts'
import { quantileSorted } from '../../../lib/statistics/index.ts'
import { type Figure, none, ok } from './figure.ts'
import { requireFinite, requireLength } from './input.ts'

export type RegressionFigure =
  | 'mae'
  | 'mse'
  | 'rmse'
  | 'r2'
  | 'explained_variance'
  | 'median_ae'
  | 'max_error'
  | 'mape'
  | 'smape'
  | 'wape'
  | 'bias'
  | 'error_std'
  | 'pearson'
  | 'pinball_0.1'
  | 'pinball_0.5'
  | 'pinball_0.9'
  | 'd2_absolute'

export type RegressionPerformance = {
  readonly n: number
  /** Rows whose target is 0; they are left out of MAPE. */
  readonly zero_targets: number
  readonly figures: Readonly<Record<RegressionFigure, Figure>>
  /** Linear quantiles of prediction - target. */
  readonly residual_quantiles: readonly { readonly q: number; readonly value: number }[]
}

const quantiles = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]

/**
 * Quality of a regression: y and predicted hold one finite number per row, in the unit of the target; errors are
 * prediction - target. Formulas as in scikit-learn, except that MAPE leaves zero targets out and R2 of a constant target
 * is undefined unless perfect. Throws bad_request on lengths that differ, no rows and numbers that are not finite.
 */
export function regressionPerformance(y: Float64Array, predicted: Float64Array): RegressionPerformance {
  requireLength('predicted', predicted.length, y.length)
  if (y.length === 0) throw badRequest('no rows')
  requireFinite('y', y)
  requireFinite('predicted', predicted)
  const n = y.length
  const errors = predicted.map((p, i) => p - (y[i] ?? 0))
  const absolute = errors.map(Math.abs)
  const meanY = mean(y)
  const bias = mean(errors)
  const mse = mean(errors.map((e) => e * e))
  const around = mean(y.map((each) => (each - meanY) ** 2))
  const spread = mean(errors.map((e) => (e - bias) ** 2))
  const medianY = quantileSorted(y.slice().sort(), 0.5)
  const zeros = y.reduce((count, each) => count + (each === 0 ? 1 : 0), 0)
  const constant = 'the target is constant'
  const explained = (unexplained: number) =>
    around > 0 ? ok(1 - unexplained / around, { n }) : unexplained === 0 ? ok(1, { n }) : none(constant)
  const sumAbsoluteY = y.reduce((sum, each) => sum + Math.abs(each), 0)
  const aroundMedian = mean(y.map((each) => Math.abs(each - medianY)))
  const mae = mean(absolute)
  const plain = (value: number) => ok(value, { n })
  return {
    n,
    zero_targets: zeros,
    figures: {
      mae: plain(mae),
      mse: plain(mse),
      rmse: plain(Math.sqrt(mse)),
      r2: explained(mse),
      explained_variance: explained(spread),
      median_ae: plain(quantileSorted(absolute.slice().sort(), 0.5)),
      max_error: plain(absolute.reduce((high, e) => Math.max(high, e), 0)),
      mape: zeros === n ? none('every target is 0') : ok(relativeError(y, absolute) / (n - zeros), { n: n - zeros }),
      smape: plain(mean(absolute.map((e, i) => symmetric(e, y[i] ?? 0, predicted[i] ?? 0)))),
      wape: sumAbsoluteY === 0 ? none('every target is 0') : plain((mae * n) / sumAbsoluteY),
      bias: plain(bias),
      error_std: n < 2 ? none('fewer than two rows') : plain(Math.sqrt((spread * n) / (n - 1))),
      pearson: correlation(y, predicted),
      'pinball_0.1': plain(pinball(errors, 0.1)),
      'pinball_0.5': plain(pinball(errors, 0.5)),
      'pinball_0.9': plain(pinball(errors, 0.9)),
      d2_absolute: aroundMedian > 0 ? plain(1 - mae / aroundMedian) : none(constant),
    },
    residual_quantiles: residualQuantiles(errors),
  }
}

const mean = (values: Float64Array) => values.reduce((sum, each) => sum + each, 0) / values.length

function relativeError(y: Float64Array, absolute: Float64Array): number {
  let sum = 0
  for (let i = 0; i < y.length; i++) if (y[i] !== 0) sum += (absolute[i] ?? 0) / Math.abs(y[i] ?? 1)
  return sum
}

function symmetric(error: number, y: number, predicted: number): number {
  const size = Math.abs(y) + Math.abs(predicted)
  return size === 0 ? 0 : (2 * error) / size
}

/** Mean of max(q (y - p), (q - 1) (y - p)). */
function pinball(errors: Float64Array, q: number): number {
  return mean(errors.map((e) => Math.max(-q * e, (1 - q) * e)))
}

function correlation(a: Float64Array, b: Float64Array): Figure {
  const [ma, mb] = [mean(a), mean(b)]
  const va = mean(a.map((each) => (each - ma) ** 2))
  const vb = mean(b.map((each) => (each - mb) ** 2))
  if (va === 0 || vb === 0) return none('the target or the prediction is constant')
  return ok(mean(a.map((each, i) => (each - ma) * ((b[i] ?? 0) - mb))) / Math.sqrt(va) / Math.sqrt(vb), { n: a.length })
}

function residualQuantiles(errors: Float64Array): { q: number; value: number }[] {
  const sorted = errors.slice().sort()
  return quantiles.map((q) => ({ q, value: quantileSorted(sorted, q) }))
}
