import { criticalValue, type Interval } from './intervals.ts'

type Pair = readonly [x1: number, n1: number, x2: number, n2: number]

/** Wald's interval for the difference x1/n1 - x2/n2 of independent proportions (statsmodels "wald"). */
export function waldDifference(...[x1, n1, x2, n2]: Pair): Interval {
  const [p, q] = [x1 / n1, x2 / n2]
  const half = criticalValue(0.95) * Math.sqrt((p * (1 - p)) / n1 + (q * (1 - q)) / n2)
  return { low: p - q - half, high: p - q + half }
}

/** Wald's interval after one more success and failure on each side (Agresti & Caffo 2000; statsmodels "agresti-caffo"). */
export function agrestiCaffo(...[x1, n1, x2, n2]: Pair): Interval {
  return waldDifference(x1 + 1, n1 + 2, x2 + 1, n2 + 2)
}

/** Katz' log interval for the ratio with 0.5 added to all counts and totals (statsmodels "log-adjusted"). */
export function logRatioAdjusted(...[x1, n1, x2, n2]: Pair): Interval {
  const [a, m, b, n] = [x1 + 0.5, n1 + 0.5, x2 + 0.5, n2 + 0.5]
  const centre = Math.log(a / m) - Math.log(b / n)
  const half = criticalValue(0.95) * Math.sqrt(1 / a - 1 / m + 1 / b - 1 / n)
  return { low: Math.exp(centre - half), high: Math.exp(centre + half) }
}

/**
 * Score interval for the difference of independent proportions (Miettinen & Nurminen 1985; statsmodels "score"): the
 * differences that a score test with the variance under that difference does not refuse. Found by bisection.
 */
export function scoreDifference(...pair: Pair): Interval {
  const [x1, n1, x2, n2] = pair
  const z = (difference: number) => {
    const q = constrainedByDifference(pair, difference)
    const p = q + difference
    return standardised(x1 / n1 - x2 / n2 - difference, (p * (1 - p)) / n1 + (q * (1 - q)) / n2, n1 + n2)
  }
  return bracket(z, -1 + 1e-12, x1 / n1 - x2 / n2, 1 - 1e-12)
}

/** Score interval for the ratio of independent proportions (Miettinen & Nurminen 1985; statsmodels "score"). */
export function scoreRatio(...[x1, n1, x2, n2]: Pair): Interval {
  const z = (logRatio: number) => {
    const ratio = Math.exp(logRatio)
    const a = (n1 + n2) * ratio
    const b = -(n1 * ratio + x1 + n2 + x2 * ratio)
    const q = (-b - Math.sqrt(Math.max(0, b * b - 4 * a * (x1 + x2)))) / (2 * a)
    const p = q * ratio
    return standardised(x1 / n1 - (ratio * x2) / n2, (p * (1 - p)) / n1 + (ratio * ratio * q * (1 - q)) / n2, n1 + n2)
  }
  const centre = Math.log((x1 || 0.5) / n1) - Math.log((x2 || 0.5) / n2)
  const { low, high } = bracket(z, centre - 40, centre, centre + 40)
  return { low: x1 === 0 ? 0 : Math.exp(low), high: x2 === 0 ? Number.POSITIVE_INFINITY : Math.exp(high) }
}

const standardised = (distance: number, variance: number, total: number) =>
  distance / Math.sqrt(Math.max(variance, 1e-300) * (total / (total - 1)))

/** The second proportion of largest likelihood, given the difference; the slope of the likelihood falls throughout. */
function constrainedByDifference([x1, n1, x2, n2]: Pair, d: number): number {
  let [low, high] = [Math.max(0, -d), Math.min(1, 1 - d)]
  const share = (count: number, chance: number) => (count === 0 ? 0 : count / chance)
  for (let i = 0; i < 100; i++) {
    const q = (low + high) / 2
    const slope = share(x1, q + d) - share(n1 - x1, 1 - q - d) + share(x2, q) - share(n2 - x2, 1 - q)
    if (slope > 0) low = q
    else high = q
  }
  return (low + high) / 2
}

/** Where the falling statistic passes the critical value on either side of the estimate. */
function bracket(z: (value: number) => number, least: number, middle: number, most: number): Interval {
  const critical = criticalValue(0.95)
  const solve = (from: number, to: number, target: number) => {
    let [low, high] = [from, to]
    for (let i = 0; i < 200; i++) {
      const half = (low + high) / 2
      if (z(half) > target) low = half
      else high = half
    }
    return (low + high) / 2
  }
  return { low: solve(least, middle, critical), high: solve(middle, most, -critical) }
}
