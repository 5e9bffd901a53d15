/**
 * Wasserstein distance of order 1 of two ascending samples: the area between their distribution functions, in the unit
 * of the values (scipy.stats.wasserstein_distance). Throws a RangeError when either is empty.
 */
export function wasserstein(first: ArrayLike<number>, second: ArrayLike<number>): number {
  return between(first, second, Math.abs)
}

/** Energy distance of two ascending samples (Székely & Rizzo 2013; scipy.stats.energy_distance). */
export function energyDistance(first: ArrayLike<number>, second: ArrayLike<number>): number {
  return Math.sqrt(2 * between(first, second, (difference) => difference * difference))
}

/** Integral of a measure of the difference of two distribution functions. */
function between(first: ArrayLike<number>, second: ArrayLike<number>, measure: (difference: number) => number): number {
  const [n, m] = [first.length, second.length]
  if (n === 0 || m === 0) throw new RangeError('a distance needs values on both sides')
  let [i, j, area] = [0, 0, 0]
  let last = Math.min(first[0] ?? 0, second[0] ?? 0)
  while (i < n || j < m) {
    const value = Math.min(first[i] ?? Number.POSITIVE_INFINITY, second[j] ?? Number.POSITIVE_INFINITY)
    area += measure(i / n - j / m) * (value - last)
    while (i < n && first[i] === value) i++
    while (j < m && second[j] === value) j++
    last = value
  }
  return area
}
