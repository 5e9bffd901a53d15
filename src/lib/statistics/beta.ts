import { logBeta } from './gamma.ts'

const tiny = 1e-300
const epsilon = 2.220446049250313e-16
const maxSteps = 100_000

/**
 * Regularised incomplete beta function I_x(a, b), a > 0, b > 0, x in [0, 1]: Lentz's continued fraction
 * (Numerical Recipes 6.4; scipy.special.betainc).
 */
export function betaCdf(x: number, a: number, b: number): number {
  if (!(a > 0) || !(b > 0) || !(x >= 0 && x <= 1)) throw new RangeError(`betaCdf(${x}, ${a}, ${b}) is not defined`)
  if (x === 0 || x === 1) return x
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b))
  if (x < (a + 1) / (a + b + 2)) return (front * fraction(x, a, b)) / a
  return 1 - (front * fraction(1 - x, b, a)) / b
}

/** Quantile of the beta distribution: the x with I_x(a, b) = p, p in [0, 1], by bisection to full precision. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`betaQuantile needs a probability, got ${p}`)
  if (p === 0 || p === 1) return p
  let low = 0
  let high = 1
  for (let i = 0; i < 1100; i++) {
    const middle = low + (high - low) / 2
    if (middle === low || middle === high) break
    if (betaCdf(middle, a, b) < p) low = middle
    else high = middle
  }
  return high
}

function fraction(x: number, a: number, b: number): number {
  let c = 1
  let d = guard(1 - ((a + b) * x) / (a + 1))
  d = 1 / d
  let h = d
  for (let m = 1; m < maxSteps; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / guard(1 + even * d)
    c = guard(1 + even / c)
    h *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / guard(1 + odd * d)
    c = guard(1 + odd / c)
    const factor = d * c
    h *= factor
    if (Math.abs(factor - 1) < 2 * epsilon) break
  }
  return h
}

function guard(value: number): number {
  return Math.abs(value) < tiny ? tiny : value
}
