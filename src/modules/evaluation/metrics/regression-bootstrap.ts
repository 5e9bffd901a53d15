import { type Interval, seeded } from '../../../lib/statistics/index.ts'
import { type BootstrapOptions, Replicates } from './binary-bootstrap.ts'
import type { RegressionFigure } from './regression.ts'

/** Above this many resampled rows there are no intervals: they would take seconds. */
const maxResampled = 100_000_000

const resampled = [
  'mae',
  'mse',
  'rmse',
  'r2',
  'explained_variance',
  'wape',
  'bias',
  'error_std',
] as const satisfies readonly RegressionFigure[]

/**
 * Percentile intervals of the figures that sums over rows give, rows drawn with replacement. y and predicted hold one
 * finite number a row. O(rounds * rows); empty above a hundred million draws.
 */
export function regressionIntervals(
  y: Float64Array,
  predicted: Float64Array,
  { seed, rounds }: BootstrapOptions,
): Partial<Record<RegressionFigure, Interval>> {
  const n = y.length
  if (n < 2 || rounds * n > maxResampled) return {}
  const centre = y.reduce((sum, each) => sum + each, 0) / n
  const errors = predicted.map((value, i) => value - (y[i] ?? 0))
  const random = seeded(seed)
  const replicates = new Replicates()
  for (let round = 0; round < rounds; round++) {
    let [e, ee, absolute, d, dd, size] = [0, 0, 0, 0, 0, 0]
    for (let i = 0; i < n; i++) {
      const row = random.below(n)
      const [error, value] = [errors[row] ?? 0, y[row] ?? 0]
      const away = value - centre
      e += error
      ee += error * error
      absolute += Math.abs(error)
      d += away
      dd += away * away
      size += Math.abs(value)
    }
    const [bias, mse, mae] = [e / n, ee / n, absolute / n]
    const spread = Math.max(0, mse - bias * bias)
    const around = dd / n - (d / n) ** 2
    const share = (unexplained: number) => (around > 0 ? 1 - unexplained / around : undefined)
    const values = {
      mae,
      mse,
      rmse: Math.sqrt(mse),
      r2: share(mse),
      explained_variance: share(spread),
      wape: size > 0 ? absolute / size : undefined,
      bias,
      error_std: Math.sqrt((spread * n) / (n - 1)),
    }
    for (const name of resampled) replicates.add(name, values[name])
  }
  return Object.fromEntries(
    resampled.flatMap((name) => {
      const interval = replicates.interval(name, rounds)
      return interval ? [[name, interval]] : []
    }),
  )
}
