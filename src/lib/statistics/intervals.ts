import { betaQuantile } from './beta.ts'
import { normalQuantile } from './normal.ts'

export type Interval = { readonly low: number; readonly high: number }

/** Two-sided normal quantile of a confidence level in (0, 1): 1.96 for 0.95. */
export function criticalValue(confidence: number): number {
  return -normalQuantile((1 - confidence) / 2)
}

function check(x: number, n: number): void {
  if (!(n > 0) || !(x >= 0 && x <= n)) throw new RangeError(`no proportion: ${x} of ${n}`)
}

/** Wilson's score interval for x successes of n > 0 (Wilson 1927; statsmodels proportion_confint "wilson"). */
export function wilson(x: number, n: number, confidence = 0.95): Interval {
  check(x, n)
  const z = criticalValue(confidence)
  const p = x / n
  const scale = 1 + (z * z) / n
  const centre = (p + (z * z) / (2 * n)) / scale
  const half = (z / scale) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  return { low: x === 0 ? 0 : Math.max(0, centre - half), high: x === n ? 1 : Math.min(1, centre + half) }
}

/** Exact interval for a proportion from beta quantiles (Clopper & Pearson 1934). */
export function clopperPearson(x: number, n: number, confidence = 0.95): Interval {
  check(x, n)
  const tail = (1 - confidence) / 2
  return {
    low: x === 0 ? 0 : betaQuantile(tail, x, n - x + 1),
    high: x === n ? 1 : betaQuantile(1 - tail, x + 1, n - x),
  }
}

/**
 * Interval for the difference x1/n1 - x2/n2 of independent proportions, from the Wilson limits of both
 * (Newcombe 1998, method 10; statsmodels confint_proportions_2indep "newcomb").
 */
export function newcombe(x1: number, n1: number, x2: number, n2: number, confidence = 0.95): Interval {
  const first = wilson(x1, n1, confidence)
  const second = wilson(x2, n2, confidence)
  const p1 = x1 / n1
  const p2 = x2 / n2
  return {
    low: p1 - p2 - Math.hypot(p1 - first.low, second.high - p2),
    high: p1 - p2 + Math.hypot(first.high - p1, p2 - second.low),
  }
}

/**
 * Interval for the ratio (x1/n1) / (x2/n2) on the log scale (Katz et al. 1978; statsmodels "log"). Where a count is 0,
 * 0.5 is added to both counts and both totals, as statsmodels' "log-adjusted" does. Limits are positive and finite.
 */
export function logRatio(x1: number, n1: number, x2: number, n2: number, confidence = 0.95): Interval {
  check(x1, n1)
  check(x2, n2)
  const add = x1 === 0 || x2 === 0 ? 0.5 : 0
  const [a, m, b, n] = [x1 + add, n1 + add, x2 + add, n2 + add]
  const centre = Math.log(a / m) - Math.log(b / n)
  const half = criticalValue(confidence) * Math.sqrt(Math.max(0, 1 / a - 1 / m + 1 / b - 1 / n))
  return { low: Math.exp(centre - half), high: Math.exp(centre + half) }
}

/** Wald's interval, the normal approximation: too short near 0 and 1 (statsmodels "normal"). */
export function wald(x: number, n: number, confidence = 0.95): Interval {
  check(x, n)
  const half = criticalValue(confidence) * Math.sqrt(((x / n) * (1 - x / n)) / n)
  return { low: Math.max(0, x / n - half), high: Math.min(1, x / n + half) }
}

/** Wald's interval around Wilson's centre (Agresti & Coull 1998; statsmodels "agresti_coull"). */
export function agrestiCoull(x: number, n: number, confidence = 0.95): Interval {
  check(x, n)
  const square = criticalValue(confidence) ** 2
  const rows = n + square
  const p = (x + square / 2) / rows
  const half = criticalValue(confidence) * Math.sqrt((p * (1 - p)) / rows)
  return { low: Math.max(0, p - half), high: Math.min(1, p + half) }
}

/** Equal-tailed interval of the posterior under Jeffreys' prior (Brown, Cai & DasGupta 2001; statsmodels "jeffreys"). */
export function jeffreys(x: number, n: number, confidence = 0.95): Interval {
  check(x, n)
  const tail = (1 - confidence) / 2
  return { low: betaQuantile(tail, x + 0.5, n - x + 0.5), high: betaQuantile(1 - tail, x + 0.5, n - x + 0.5) }
}
