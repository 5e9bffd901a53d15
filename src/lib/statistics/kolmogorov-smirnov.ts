import { kolmogorovStatisticSf } from './kolmogorov.ts'

export type KolmogorovSmirnov = {
  /** Largest distance between the two distribution functions. */
  readonly statistic: number
  readonly p: number
  /** Where the distance is largest; the first such value. */
  readonly location: number
  /** 1 where the first sample's distribution function is above the second's there, else -1. */
  readonly sign: 1 | -1
  readonly method: 'exact' | 'asymptotic'
}

/** Up to this many values on either side the exact distribution is used (scipy.stats.ks_2samp, method auto). */
const mostExact = 10_000

/**
 * Two-sample Kolmogorov-Smirnov test, two-sided, of two ascending samples without NaN. With ties p is conservative.
 * Both need a value; a RangeError otherwise. Beyond 10,000 values the one-sample distribution of n m / (n + m) values
 * stands in. Time O(n + m), and O(n m) at the most for the exact p (Hodges 1957).
 */
export function kolmogorovSmirnov(
  first: Float64Array,
  second: Float64Array,
  method: 'auto' | 'asymptotic' = 'auto',
): KolmogorovSmirnov {
  const [n, m] = [first.length, second.length]
  if (n === 0 || m === 0) throw new RangeError('a distance needs values on both sides')
  const { most, least, highest, lowest } = extremes(first, second)
  const above = most >= -least
  const statistic = above ? most : -least
  const exact = method === 'auto' && Math.max(n, m) <= mostExact
  const p = exact ? exactP(n, m, statistic) : kolmogorovStatisticSf(statistic, Math.round((n * m) / (n + m)))
  return {
    statistic,
    p: Math.min(1, Math.max(0, p)),
    location: above ? highest : lowest,
    sign: above ? 1 : -1,
    method: exact ? 'exact' : 'asymptotic',
  }
}

/** The largest and the smallest difference of the distribution functions, with where they are first reached. */
function extremes(first: Float64Array, second: Float64Array) {
  const [n, m] = [first.length, second.length]
  let [i, j, most, least] = [0, 0, 0, 0]
  let highest = Math.min(first[0] ?? 0, second[0] ?? 0)
  let lowest = highest
  while (i < n || j < m) {
    const value = Math.min(first[i] ?? Number.POSITIVE_INFINITY, second[j] ?? Number.POSITIVE_INFINITY)
    while (i < n && first[i] === value) i++
    while (j < m && second[j] === value) j++
    const difference = i / n - j / m
    if (difference > most) [most, highest] = [difference, value]
    if (difference < least) [least, lowest] = [difference, value]
  }
  return { most, least, highest, lowest }
}

/**
 * Share of the lattice paths from (0, 0) to (n, m) that somewhere leave the band of the statistic. The share that has
 * left is carried, not the share that has stayed, so that small probabilities keep their digits.
 */
function exactP(n: number, m: number, statistic: number): number {
  const divisor = greatestCommonDivisor(n, m)
  const [a, b] = [n / divisor, m / divisor]
  // Differences of the functions are whole multiples of 1 / lcm.
  const limit = Math.round(statistic * a * b * divisor)
  if (limit <= 0) return 1
  const left = new Float64Array(m + 1)
  for (let j = 0; j <= m; j++) left[j] = a * j >= limit ? 1 : 0
  let [from, to] = [0, Math.min(m, Math.ceil(limit / a) - 1)]
  for (let i = 1; i <= n; i++) {
    const low = Math.max(0, Math.floor((b * i - limit) / a) + 1)
    const high = Math.min(m, Math.ceil((b * i + limit) / a) - 1)
    if (low > high) return 1
    // Outside of the band everything has left.
    for (let j = from; j < low && j <= m; j++) left[j] = 1
    for (let j = to + 1; j <= high; j++) left[j] = 1
    let below = low === 0 ? 0 : 1
    for (let j = low; j <= high; j++) {
      below = ((left[j] ?? 1) * i + below * j) / (i + j)
      left[j] = below
    }
    ;[from, to] = [low, high]
  }
  return left[m] ?? 1
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
