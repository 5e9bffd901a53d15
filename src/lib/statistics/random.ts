import { logGamma } from './gamma.ts'

export type Random = {
  /** A whole number in [0, 2^32). */
  readonly word: () => number
  /** A number in [0, 1) with 53 random bits. */
  readonly uniform: () => number
  /** A whole number in [0, limit), limit at most 2^32; the bias is below limit / 2^53. */
  readonly below: (limit: number) => number
}

/**
 * xoshiro128** (Blackman & Vigna 2018), its state filled from a 32-bit seed by splitmix32. The same seed gives the same
 * sequence everywhere. Not for secrets.
 */
export function seeded(seed: number): Random {
  let mix = seed >>> 0
  const fill = () => {
    mix = (mix + 0x9e3779b9) >>> 0
    let z = mix
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return z ^ (z >>> 16)
  }
  let [a, b, c, d] = [fill(), fill(), fill(), fill()]

  function word(): number {
    const mixed = Math.imul(b, 5)
    const result = Math.imul((mixed << 7) | (mixed >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result
  }

  const uniform = () => ((word() >>> 5) * 67108864 + (word() >>> 6)) / 9007199254740992

  const below = (limit: number) => Math.floor(uniform() * limit)

  return { word, uniform, below }
}

/**
 * A binomial count of n trials with probability p: inversion for a mean below 10, else Hörmann's transformed rejection
 * (BTRS, 1993). Exact in distribution, time independent of n.
 */
export function binomial(random: Random, n: number, p: number): number {
  if (n <= 0 || p <= 0) return 0
  if (p >= 1) return n
  if (p > 0.5) return n - binomial(random, n, 1 - p)
  return n * p < 10 ? byInversion(random, n, p) : byRejection(random, n, p)
}

function byInversion(random: Random, n: number, p: number): number {
  const odds = p / (1 - p)
  let weight = Math.exp(n * Math.log1p(-p))
  let u = random.uniform()
  let k = 0
  while (u > weight && k < n) {
    u -= weight
    k++
    weight *= (odds * (n - k + 1)) / k
  }
  return k
}

function byRejection(random: Random, n: number, p: number): number {
  const spread = Math.sqrt(n * p * (1 - p))
  const b = 1.15 + 2.53 * spread
  const a = -0.0873 + 0.0248 * b + 0.01 * p
  const c = n * p + 0.5
  const vr = 0.92 - 4.2 / b
  const alpha = (2.83 + 5.1 / b) * spread
  const logOdds = Math.log(p / (1 - p))
  const mode = Math.floor((n + 1) * p)
  const atMode = logGamma(mode + 1) + logGamma(n - mode + 1)
  for (;;) {
    const u = random.uniform() - 0.5
    const us = 0.5 - Math.abs(u)
    const k = Math.floor(((2 * a) / us + b) * u + c)
    const v = random.uniform()
    if (us >= 0.07 && v <= vr) return k
    if (!(k >= 0 && k <= n)) continue
    const accepted = atMode - logGamma(k + 1) - logGamma(n - k + 1) + (k - mode) * logOdds
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= accepted) return k
  }
}

/** Fills `into` with multinomial counts of `total` draws from cells of weight `counts` (sums to `total` where counts do). */
export function multinomial(random: Random, counts: Float64Array, into: Float64Array): void {
  let weight = 0
  for (const count of counts) weight += count
  let left = weight
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] ?? 0
    const drawn = weight > 0 ? binomial(random, left, Math.min(1, count / weight)) : 0
    into[i] = drawn
    left -= drawn
    weight -= count
  }
}
