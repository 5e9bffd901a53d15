import { tSf } from './tails.ts'

export type TTest = { readonly t: number; readonly p: number; readonly dof: number }

/**
 * Two-sided t test of two means: Student's with one variance for both, or Welch's with one each
 * (scipy.stats.ttest_ind). t is NaN, and p 1, when neither side varies and the means agree.
 */
export function tTest(first: Float64Array, second: Float64Array, variances: 'equal' | 'own' = 'own'): TTest {
  return tTestOfMoments(moments(first), moments(second), variances)
}

export type Moments = { readonly n: number; readonly mean: number; readonly variance: number }

/** The same from counts, means and variances (n - 1). */
export function tTestOfMoments(x: Moments, y: Moments, variances: 'equal' | 'own' = 'own'): TTest {
  const [vx, vy] = [x.variance / x.n, y.variance / y.n]
  const pooledDof = x.n + y.n - 2
  const pooled = ((x.n - 1) * x.variance + (y.n - 1) * y.variance) / pooledDof
  const squared = variances === 'equal' ? pooled * (1 / x.n + 1 / y.n) : vx + vy
  const dof = variances === 'equal' ? pooledDof : (vx + vy) ** 2 / (vx ** 2 / (x.n - 1) + vy ** 2 / (y.n - 1))
  const t = (x.mean - y.mean) / Math.sqrt(squared)
  if (Number.isNaN(t)) return { t, p: 1, dof: pooledDof }
  return { t, p: Number.isFinite(t) ? Math.min(1, 2 * tSf(Math.abs(t), dof)) : 0, dof }
}

/** Count, mean and variance (n - 1). */
export function moments(values: ArrayLike<number>): Moments {
  const n = values.length
  let sum = 0
  for (let i = 0; i < n; i++) sum += values[i] ?? 0
  const mean = sum / n
  let [squares, rest] = [0, 0]
  for (let i = 0; i < n; i++) {
    const away = (values[i] ?? 0) - mean
    squares += away * away
    rest += away
  }
  return { n, mean, variance: (squares - (rest * rest) / n) / (n - 1) }
}
