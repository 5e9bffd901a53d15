const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]
const tiny = 1e-300
const epsilon = 2.220446049250313e-16
const maxSteps = 100_000

/**
 * Natural logarithm of the gamma function for x > 0: Stirling's series (Abramowitz & Stegun 6.1.41) from 15 upwards,
 * Lanczos' approximation (g = 7, n = 9) below. Relative error about 1e-14.
 */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`logGamma needs a positive number, got ${x}`)
  if (x >= 15) {
    return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + stirling(x)
  }
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const z = x - 1
  let sum = lanczos[0] ?? 0
  for (let i = 1; i < lanczos.length; i++) sum += (lanczos[i] ?? 0) / (z + i)
  const t = z + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum)
}

/** What Stirling's formula leaves of logGamma(x), x >= 15. */
function stirling(x: number): number {
  const r = 1 / (x * x)
  return (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / x
}

/**
 * Natural logarithm of the beta function, a > 0, b > 0. Where an argument is large the gamma functions would cancel
 * digits, so Stirling's formula is subtracted by hand (as in R's lbeta).
 */
export function logBeta(a: number, b: number): number {
  const p = Math.min(a, b)
  const q = Math.max(a, b)
  if (q < 15) return logGamma(p) + logGamma(q) - logGamma(p + q)
  const rest = stirling(q) - stirling(p + q)
  const share = p / (p + q)
  if (p < 15) return logGamma(p) + rest + p - p * Math.log(p + q) + (q - 0.5) * Math.log1p(-share)
  const centre = 0.5 * Math.log((2 * Math.PI) / q) + stirling(p) + rest
  return centre + (p - 0.5) * Math.log(share) + q * Math.log1p(-share)
}

/** Regularised lower incomplete gamma function P(a, x), a > 0, x >= 0 (scipy.special.gammainc). */
export function gammaP(a: number, x: number): number {
  check(a, x)
  if (x === 0) return 0
  return x < a + 1 ? lowerSeries(a, x) : 1 - upperFraction(a, x)
}

/** Regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x), exact in its own tail (scipy.special.gammaincc). */
export function gammaQ(a: number, x: number): number {
  check(a, x)
  if (x === 0) return 1
  return x < a + 1 ? 1 - lowerSeries(a, x) : upperFraction(a, x)
}

function check(a: number, x: number): void {
  if (!(a > 0) || !(x >= 0)) throw new RangeError(`incomplete gamma needs a > 0 and x >= 0, got ${a} and ${x}`)
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < maxSteps && Math.abs(term) > Math.abs(sum) * epsilon; n++) {
    term *= x / (a + n)
    sum += term
  }
  return sum * Math.exp(a * Math.log(x) - x - logGamma(a))
}

/** Lentz's continued fraction (Numerical Recipes 6.2). */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = 1 / tiny
  let d = 1 / b
  let h = d
  for (let n = 1; n < maxSteps; n++) {
    const step = -n * (n - a)
    b += 2
    d = step * d + b
    if (Math.abs(d) < tiny) d = tiny
    c = b + step / c
    if (Math.abs(c) < tiny) c = tiny
    d = 1 / d
    const factor = d * c
    h *= factor
    if (Math.abs(factor - 1) < epsilon) break
  }
  return h * Math.exp(a * Math.log(x) - x - logGamma(a))
}
