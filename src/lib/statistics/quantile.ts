import type { Interval } from './intervals.ts'

/** Linear quantile (type 7, numpy's default) of ascending values, q in [0, 1]. Throws a RangeError on no values. */
export function quantileSorted(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) throw new RangeError('no values, no quantile')
  const position = q * (sorted.length - 1)
  const below = Math.floor(position)
  const low = sorted[below] ?? 0
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? low
  const share = position - below
  // numpy interpolates from the nearer end, which keeps the result monotone.
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share)
}

/** Percentile interval of replicates (Efron 1979); sorts a copy. Throws a RangeError on no values. */
export function percentileInterval(replicates: Float64Array, confidence = 0.95): Interval {
  const sorted = Float64Array.from(replicates).sort()
  const tail = (1 - confidence) / 2
  return { low: quantileSorted(sorted, tail), high: quantileSorted(sorted, 1 - tail) }
}
