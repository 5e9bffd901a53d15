import { logGamma } from './gamma.ts'
import { normalSf } from './normal.ts'

/** How the values of two ascending samples lie among each other: one block for each distinct value. */
type Block = { readonly value: number; readonly first: number; readonly second: number; readonly rank: number }

function* blocks(first: Float64Array, second: Float64Array): Generator<Block> {
  let [i, j] = [0, 0]
  while (i < first.length || j < second.length) {
    const value = Math.min(first[i] ?? Number.POSITIVE_INFINITY, second[j] ?? Number.POSITIVE_INFINITY)
    const [i0, j0] = [i, j]
    while (i < first.length && first[i] === value) i++
    while (j < second.length && second[j] === value) j++
    const tied = i - i0 + (j - j0)
    yield { value, first: i - i0, second: j - j0, rank: i0 + j0 + (tied + 1) / 2 }
  }
}

function demandBoth(first: Float64Array, second: Float64Array): void {
  if (first.length === 0 || second.length === 0) throw new RangeError('a test needs values on both sides')
}

export type MannWhitney = { readonly u: number; readonly p: number }

/** Up to this many values on the smaller side, and without ties, the exact distribution is used. */
const mostExact = 8

/**
 * Mann-Whitney U test of two ascending samples; `u` counts the pairs in which the first is larger, ties half. Exact for
 * small samples without ties, else the normal limit with corrections for ties and continuity
 * (scipy.stats.mannwhitneyu, method auto). `less` asks whether the first tends to be smaller.
 */
export function mannWhitney(
  first: Float64Array,
  second: Float64Array,
  alternative: 'two-sided' | 'less' = 'two-sided',
): MannWhitney {
  demandBoth(first, second)
  const [n, m] = [first.length, second.length]
  const total = n + m
  let [ranks, ties] = [0, 0]
  for (const block of blocks(first, second)) {
    const tied = block.first + block.second
    ranks += block.rank * block.first
    ties += tied ** 3 - tied
  }
  const u = ranks - (n * (n + 1)) / 2
  // The tail that the alternative asks for, as an upper tail.
  const upper = alternative === 'less' ? n * m - u : Math.max(u, n * m - u)
  const factor = alternative === 'less' ? 1 : 2
  if (Math.min(n, m) <= mostExact && ties === 0) return { u, p: Math.min(1, factor * exactTail(n, m, upper)) }
  const deviation = Math.sqrt(((n * m) / 12) * (total + 1 - ties / (total * (total - 1))))
  if (deviation === 0) return { u, p: 1 }
  return { u, p: Math.min(1, factor * normalSf((upper - (n * m) / 2 - 0.5) / deviation)) }
}

/** P(U >= u) without ties: counts of the ways to reach each sum, by the recursion of Mann and Whitney (1947). */
function exactTail(n: number, m: number, u: number): number {
  const [small, large] = n < m ? [n, m] : [m, n]
  const most = small * large
  // Coefficients of the Gaussian binomial, by multiplying with (1 - q^(large + k)) and dividing by (1 - q^k).
  const ways = new Float64Array(most + 1)
  ways[0] = 1
  for (let k = 1; k <= small; k++) {
    for (let s = most; s >= large + k; s--) ways[s] = (ways[s] ?? 0) - (ways[s - large - k] ?? 0)
    for (let s = k; s <= most; s++) ways[s] = (ways[s] ?? 0) + (ways[s - k] ?? 0)
  }
  let [tail, all] = [0, 0]
  for (const [s, count] of ways.entries()) {
    all += count
    if (s >= u) tail += count
  }
  return tail / all
}

export type CramerVonMises = { readonly statistic: number; readonly p: number }

/**
 * Two-sample Cramér-von Mises test of two ascending samples, with the limiting distribution (Anderson 1962;
 * scipy.stats.cramervonmises_2samp, method asymptotic). p has an absolute error of about 1e-10.
 */
export function cramerVonMises(first: Float64Array, second: Float64Array): CramerVonMises {
  demandBoth(first, second)
  const [n, m] = [first.length, second.length]
  const [pairs, total] = [n * m, n + m]
  let [i, j, ours, theirs] = [0, 0, 0, 0]
  for (const block of blocks(first, second)) {
    for (let k = 0; k < block.first; k++) ours += (block.rank - ++i) ** 2
    for (let k = 0; k < block.second; k++) theirs += (block.rank - ++j) ** 2
  }
  const statistic = (n * ours + m * theirs) / (pairs * total) - (4 * pairs - 1) / (6 * total)
  const mean = (1 + 1 / total) / 6
  const variance = ((total + 1) * (4 * pairs * total - 3 * (n * n + m * m) - 2 * pairs)) / (180 * total * total * pairs)
  const limit = 1 / 6 + (statistic - mean) / Math.sqrt(45 * variance)
  return { statistic, p: limit < 0.003 ? 1 : Math.min(1, Math.max(0, 1 - limitingCdf(limit))) }
}

/** Distribution function of the Cramér-von Mises limit (Csörgő & Faraway 1996, equation 1.2). */
function limitingCdf(x: number): number {
  let sum = 0
  for (let k = 0; k < 200; k++) {
    const y = 4 * k + 1
    const q = (y * y) / (16 * x)
    const weight = Math.exp(logGamma(k + 0.5) - logGamma(k + 1)) / (Math.PI ** 1.5 * Math.sqrt(x))
    const term = weight * Math.sqrt(y) * scaledBesselK(q) * Math.exp(-2 * q)
    sum += term
    if (term < 1e-17 * sum) break
  }
  return sum
}

/** exp(q) K_{1/4}(q), q > 0: the integral of exp(q - q cosh t) cosh(t / 4) by the trapezoid rule. */
function scaledBesselK(q: number): number {
  const step = 1 / 64
  let sum = 0.5
  for (let t = step; ; t += step) {
    const term = Math.exp(q * (1 - Math.cosh(t))) * Math.cosh(t / 4)
    sum += term
    if (term < 1e-18 * sum) return sum * step
  }
}

export type AndersonDarling = { readonly statistic: number; readonly p: number }

/** Significance levels of the table below, with its coefficients (Scholz & Stephens 1987, table 2). */
const levels = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001]
const criticalValues = [
  [0.675, -0.245, -0.105],
  [1.281, 0.25, -0.305],
  [1.645, 0.678, -0.362],
  [1.96, 1.149, -0.391],
  [2.326, 1.822, -0.396],
  [2.573, 2.364, -0.345],
  [3.085, 3.615, -0.154],
].map((coefficients) => coefficients.reduce((sum, each) => sum + each, 0))

/**
 * Anderson-Darling test of two ascending samples with midranks for ties (Scholz & Stephens 1987, equation 7;
 * scipy.stats.anderson_ksamp). p comes from a quadratic through the published table and ends at 0.25 and 0.001.
 * The statistic is NaN when all values are the same.
 */
export function andersonDarling(first: Float64Array, second: Float64Array): AndersonDarling {
  demandBoth(first, second)
  const total = first.length + second.length
  let [before, ours, theirs, sum1, sum2] = [0, 0, 0, 0, 0]
  let distinct = 0
  for (const block of blocks(first, second)) {
    distinct++
    const tied = block.first + block.second
    const middle = before + tied / 2
    const spread = middle * (total - middle) - (total * tied) / 4
    const weigh = (reached: number, size: number) => ((tied / total) * (total * reached - middle * size) ** 2) / spread
    sum1 += weigh(ours + block.first / 2, first.length)
    sum2 += weigh(theirs + block.second / 2, second.length)
    before += tied
    ours += block.first
    theirs += block.second
  }
  if (distinct < 2) return { statistic: Number.NaN, p: 1 }
  const squared = ((sum1 / first.length + sum2 / second.length) * (total - 1)) / total
  const statistic = (squared - 1) / Math.sqrt(andersonVariance(first.length, second.length))
  const [weakest = 0] = criticalValues
  if (statistic < weakest) return { statistic, p: levels[0] ?? 1 }
  if (statistic > (criticalValues.at(-1) ?? 0)) return { statistic, p: levels.at(-1) ?? 0 }
  return { statistic, p: Math.exp(parabola(criticalValues, levels.map(Math.log), statistic)) }
}

/** Variance of the squared statistic of two samples (Scholz & Stephens 1987, equation 4, k = 2). */
function andersonVariance(n: number, m: number): number {
  const total = n + m
  const inverse = 1 / n + 1 / m
  let [harmonic, double] = [0, 0]
  for (let i = 1; i < total; i++) {
    // `harmonic` is the sum of 1 / j over j from total - i + 1 to total - 1.
    if (i >= 2) double += harmonic / i
    harmonic += 1 / (total - i)
  }
  const [h, g, k] = [harmonic, double, 2]
  const a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * inverse
  const b = (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6
  const c = (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * inverse + 4 * h
  const d = (2 * h + 6) * k * k - 4 * h * k
  return (a * total ** 3 + b * total ** 2 + c * total + d) / ((total - 1) * (total - 2) * (total - 3))
}

/** The least-squares parabola through the points, at x: normal equations about the mean. */
function parabola(xs: readonly number[], ys: readonly number[], x: number): number {
  const mean = xs.reduce((sum, each) => sum + each, 0) / xs.length
  const powers = xs.map((each) => [1, each - mean, (each - mean) ** 2])
  const matrix = [0, 1, 2].map((row) => [
    ...[0, 1, 2].map((column) => powers.reduce((sum, each) => sum + (each[row] ?? 0) * (each[column] ?? 0), 0)),
    powers.reduce((sum, each, i) => sum + (each[row] ?? 0) * (ys[i] ?? 0), 0),
  ])
  for (const pivot of [0, 1, 2]) {
    for (const row of [0, 1, 2]) {
      if (row === pivot) continue
      const factor = (matrix[row]?.[pivot] ?? 0) / (matrix[pivot]?.[pivot] ?? 1)
      matrix[row] = (matrix[row] ?? []).map((each, column) => each - factor * (matrix[pivot]?.[column] ?? 0))
    }
  }
  const at = (row: number) => (matrix[row]?.[3] ?? 0) / (matrix[row]?.[row] ?? 1)
  return at(0) + at(1) * (x - mean) + at(2) * (x - mean) ** 2
}
