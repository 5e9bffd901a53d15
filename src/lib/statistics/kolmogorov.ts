import { logGamma } from './gamma.ts'

/** From here on the one-sided tails hardly overlap (Simard & L'Ecuyer 2011, section 3). */
const farTail = 2.2
/** Up to this sample size the matrix of Marsaglia, Tsang and Wang costs little. */
const mostByMatrix = 140

/**
 * Upper tail of the two-sided one-sample Kolmogorov statistic of n values (scipy.stats.kstwo.sf), relative error about
 * 1e-7 at worst: twice the one-sided tail where that is exact enough, else Marsaglia, Tsang & Wang (2003) for small n
 * and Pelz & Good's expansion (1976) for large.
 */
export function kolmogorovStatisticSf(statistic: number, n: number): number {
  if (statistic <= 0) return 1
  if (statistic >= 1) return 0
  const square = n * statistic * statistic
  if (square >= (n <= mostByMatrix ? 4 : farTail)) return Math.min(1, 2 * oneSidedSf(statistic, n))
  const small = n <= mostByMatrix || (n <= 100_000 && n * statistic ** 1.5 <= 1.4)
  const cdf = small ? byMatrix(statistic, n) : byExpansion(Math.sqrt(square), n)
  return Math.min(1, Math.max(0, 1 - cdf))
}

/** P(D+ >= d), the sum of Birnbaum & Tingey (1951); its terms are all positive, so none cancel. */
function oneSidedSf(d: number, n: number): number {
  let sum = 0
  const all = logGamma(n + 1)
  for (let j = 0; j <= Math.floor(n * (1 - d)); j++) {
    const rest = 1 - d - j / n
    if (rest < 0) break
    const ways = all - logGamma(j + 1) - logGamma(n - j + 1)
    const last = n === j ? 0 : (n - j) * Math.log(rest)
    sum += Math.exp(ways + (j - 1) * Math.log(d + j / n) + last)
  }
  return d * sum
}

/** Distribution function as an entry of the n-th power of a matrix of order 2 ceil(n d) - 1. */
function byMatrix(d: number, n: number): number {
  const k = Math.floor(n * d) + 1
  const order = 2 * k - 1
  const h = k - n * d
  const base = Array.from({ length: order }, (_, i) =>
    Float64Array.from({ length: order }, (_, j) => (i - j + 1 < 0 ? 0 : 1)),
  )
  const change = (i: number, j: number, by: number) => {
    const row = base[i]
    if (row) row[j] = (row[j] ?? 0) + by
  }
  for (let i = 0; i < order; i++) {
    change(i, 0, -(h ** (i + 1)))
    change(order - 1, i, -(h ** (order - i)))
  }
  if (2 * h > 1) change(order - 1, 0, (2 * h - 1) ** order)
  for (const [i, row] of base.entries()) {
    for (let j = 0; j < order; j++) {
      if (i - j + 1 > 0) row[j] = (row[j] ?? 0) / Math.exp(logGamma(i - j + 2))
    }
  }
  const { matrix, log } = power({ matrix: base, log: 0 }, n)
  const shrink = logGamma(n + 1) - n * Math.log(n)
  return (matrix[k - 1]?.[k - 1] ?? 0) * Math.exp(log + shrink)
}

/** A matrix without the factor exp(log), which grows beyond the range of numbers. */
type Scaled = { readonly matrix: Float64Array[]; readonly log: number }

function power(base: Scaled, exponent: number): Scaled {
  if (exponent === 1) return base
  const half = power(base, Math.floor(exponent / 2))
  const square = times(half, half)
  return exponent % 2 === 0 ? square : times(square, base)
}

function times(a: Scaled, b: Scaled): Scaled {
  const matrix = product(a.matrix, b.matrix)
  const middle = matrix[matrix.length >> 1]?.[matrix.length >> 1] ?? 1
  for (const row of matrix) for (let j = 0; j < row.length; j++) row[j] = (row[j] ?? 0) / middle
  return { matrix, log: a.log + b.log + Math.log(middle) }
}

const product = (a: Float64Array[], b: Float64Array[]): Float64Array[] =>
  a.map((row) =>
    Float64Array.from(row, (_, j) => {
      let sum = 0
      for (let k = 0; k < row.length; k++) sum += (row[k] ?? 0) * (b[k]?.[j] ?? 0)
      return sum
    }),
  )

/** Distribution function by the limit and three corrections, z = d sqrt(n). */
function byExpansion(z: number, n: number): number {
  const [z2, p2] = [z * z, Math.PI ** 2]
  const [z4, z6, z8] = [z2 * z2, z2 ** 3, z2 ** 4]
  const half = Math.sqrt(Math.PI / 2)
  // Sums over k + 1/2 and over k, both signs at once.
  const odd = [0, 0, 0, 0]
  const even = [0, 0]
  for (let k = 0; k < 60; k++) {
    const a = p2 * (k + 0.5) ** 2
    const weight = 2 * Math.exp(-a / (2 * z2))
    for (let i = 0; i < 4; i++) odd[i] = (odd[i] ?? 0) + weight * a ** i
    const b = p2 * (k + 1) ** 2
    const other = 2 * Math.exp(-b / (2 * z2))
    for (let i = 0; i < 2; i++) even[i] = (even[i] ?? 0) + other * b ** (i + 1)
    if (weight * a ** 3 < 1e-20) break
  }
  const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = odd
  const [e1 = 0, e2 = 0] = even
  const k0 = (half / z) * s0
  const k1 = (half / (6 * z4)) * (s1 - z2 * s0)
  const k2 =
    (half / (72 * z ** 7)) * ((6 * z6 + 2 * z4) * s0 + (2 * z4 - 5 * z2) * s1 + (1 - 2 * z2) * s2) -
    (half / (36 * z ** 3)) * e1
  const k3 =
    (half / (6480 * z ** 10)) *
      ((5 - 30 * z2) * s3 + (-60 * z2 + 212 * z4) * s2 + (135 * z4 - 96 * z6) * s1 - (30 * z6 + 90 * z8) * s0) +
    (half / (216 * z6)) * (-e2 + 3 * e1 * z2)
  return k0 + (k1 + (k2 + k3 / Math.sqrt(n)) / Math.sqrt(n)) / Math.sqrt(n)
}
