import { gammaP, gammaQ } from './gamma.ts'

/** Error function for any real x. */
export function erf(x: number): number {
  const value = gammaP(0.5, x * x)
  return x < 0 ? -value : value
}

/** Complementary error function 1 - erf(x), with full relative precision in the right tail. */
export function erfc(x: number): number {
  return x < 0 ? 1 + gammaP(0.5, x * x) : gammaQ(0.5, x * x)
}

/** Standard normal distribution function P(Z <= z). */
export function normalCdf(z: number): number {
  return erfc(-z / Math.SQRT2) / 2
}

/** Standard normal upper tail P(Z > z). */
export function normalSf(z: number): number {
  return erfc(z / Math.SQRT2) / 2
}

const a = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
]
const b = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1,
]
const c = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
]
const d = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1]

const horner = (coefficients: readonly number[], x: number) => coefficients.reduce((sum, k) => sum * x + k, 0)

/**
 * Standard normal quantile for p in (0, 1): Acklam's rational approximation and two Halley steps, which bring it
 * to the precision of normalCdf. Throws a RangeError outside (0, 1).
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`normalQuantile needs a probability in (0, 1), got ${p}`)
  if (p === 0.5) return 0
  if (p > 0.5) return -normalQuantile(1 - p)
  let z = firstGuess(p)
  for (let i = 0; i < 2; i++) {
    const step = (normalCdf(z) - p) * Math.sqrt(2 * Math.PI) * Math.exp((z * z) / 2)
    z -= step / (1 + (z * step) / 2)
  }
  return z
}

function firstGuess(p: number): number {
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p))
    return horner(c, q) / horner(d, q)
  }
  const q = p - 0.5
  return (horner(a, q * q) * q) / horner(b, q * q)
}
