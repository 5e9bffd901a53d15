/**
 * Distances of two distributions over the same bins, given as shares or counts. Both need a positive sum; without one
 * the answer is undefined.
 */
export type Shares = ArrayLike<number>

export type ZeroFill =
  /** An empty share counts as this share; nothing is normalised again. */
  | number
  /** An empty share counts as 1e-4, or as a millionth of the smallest other share where that is no larger (Evidently). */
  | 'below-smallest'

/** Population stability index: the sum of (c - r) ln(c / r) over the bins, symmetric, at least 0. */
export function psi(reference: Shares, current: Shares, zero: ZeroFill = 1e-4): number {
  const [r, c] = [filled(reference, zero), filled(current, zero)]
  return r.reduce((sum, share, i) => sum + ((c[i] ?? 0) - share) * Math.log((c[i] ?? 0) / share), 0)
}

/** Kullback-Leibler divergence of the reference from the current distribution, in nats (scipy.stats.entropy). */
export function klDivergence(reference: Shares, current: Shares, zero: ZeroFill = 1e-4): number {
  const [r, c] = [normalised(filled(reference, zero)), normalised(filled(current, zero))]
  return r.reduce((sum, share, i) => sum + share * Math.log(share / (c[i] ?? 0)), 0)
}

/** Jensen-Shannon distance, the root of the divergence; in [0, 1] with base 2 (scipy.spatial.distance.jensenshannon). */
export function jensenShannon(reference: Shares, current: Shares, base: 2 | 'e' = 2): number {
  const [r, c] = [normalised(reference), normalised(current)]
  const side = (share: number, middle: number) => (share > 0 ? share * Math.log(share / middle) : 0)
  let sum = 0
  for (let i = 0; i < r.length; i++) {
    const [a, b] = [r[i] ?? 0, c[i] ?? 0]
    sum += side(a, (a + b) / 2) + side(b, (a + b) / 2)
  }
  return Math.sqrt(Math.max(0, sum / 2 / (base === 2 ? Math.LN2 : 1)))
}

/** Hellinger distance: sqrt(1 - sum sqrt(r c)), in [0, 1]; 0 when all lies outside on one side alike. */
export function hellinger(reference: Shares, current: Shares): number {
  const [r, c] = [normalised(reference), normalised(current)]
  // The sum of squared differences keeps its digits where the two are close.
  const squares = r.reduce((sum, share, i) => sum + (Math.sqrt(share) - Math.sqrt(c[i] ?? 0)) ** 2, 0)
  return Math.sqrt(squares / 2)
}

/** Total variation distance: half the sum of absolute differences. */
export function totalVariation(reference: Shares, current: Shares): number {
  const [r, c] = [normalised(reference), normalised(current)]
  return r.reduce((sum, share, i) => sum + Math.abs(share - (c[i] ?? 0)), 0) / 2
}

/** Largest absolute difference of two shares. */
export function lInfinity(reference: Shares, current: Shares): number {
  const [r, c] = [normalised(reference), normalised(current)]
  return r.reduce((most, share, i) => Math.max(most, Math.abs(share - (c[i] ?? 0))), 0)
}

function normalised(shares: Shares): Float64Array {
  const values = Float64Array.from(shares)
  const sum = values.reduce((all, share) => all + share, 0)
  return values.map((share) => share / sum)
}

function filled(shares: Shares, zero: ZeroFill): Float64Array {
  const values = Float64Array.from(shares)
  const smallest = values.reduce(
    (least, share) => (share > 0 ? Math.min(least, share) : least),
    Number.POSITIVE_INFINITY,
  )
  const fill = zero !== 'below-smallest' ? zero : smallest <= 1e-4 ? smallest / 1e6 : 1e-4
  return values.map((share) => (share === 0 ? fill : share))
}
