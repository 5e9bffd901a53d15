/** A map that never falls: straight lines between knots, constant beyond the outer ones. */
export type IsotonicMap = { readonly x: Float64Array; readonly y: Float64Array }

/**
 * Isotonic regression of labels on scores by pooling adjacent violators (Barlow et al. 1972; scikit-learn's
 * IsotonicRegression with out_of_bounds clip). Rows of the same score are averaged first. O(n log n). Throws a
 * RangeError on no rows.
 */
export function isotonicFit(score: ArrayLike<number>, label: ArrayLike<number>): IsotonicMap {
  const n = score.length
  if (n === 0) throw new RangeError('a calibration needs rows')
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => (score[a] ?? 0) - (score[b] ?? 0))
  const x: number[] = []
  // Blocks of equal fitted value: their weight, their sum, and how many distinct scores they span.
  const weights: number[] = []
  const sums: number[] = []
  const spans: number[] = []
  for (let i = 0; i < n; ) {
    const at = score[order[i] ?? 0] ?? 0
    let [weight, sum] = [0, 0]
    for (; i < n && score[order[i] ?? 0] === at; i++) {
      weight++
      sum += label[order[i] ?? 0] ?? 0
    }
    x.push(at)
    let span = 1
    while (weights.length > 0 && (sums.at(-1) ?? 0) * weight >= sum * (weights.at(-1) ?? 1)) {
      weight += weights.pop() ?? 0
      sum += sums.pop() ?? 0
      span += spans.pop() ?? 0
    }
    weights.push(weight)
    sums.push(sum)
    spans.push(span)
  }
  return knots(x, weights, sums, spans)
}

/** The first and last score of every block: what lies between them has the same value. */
function knots(x: number[], weights: number[], sums: number[], spans: number[]): IsotonicMap {
  const xs: number[] = []
  const ys: number[] = []
  let from = 0
  for (const [block, span] of spans.entries()) {
    const value = (sums[block] ?? 0) / (weights[block] ?? 1)
    for (const place of span === 1 ? [from] : [from, from + span - 1]) {
      xs.push(x[place] ?? 0)
      ys.push(value)
    }
    from += span
  }
  return { x: Float64Array.from(xs), y: Float64Array.from(ys) }
}

/** The map at every score. O(n log k). */
export function isotonicApply({ x, y }: IsotonicMap, score: ArrayLike<number>): Float64Array {
  return Float64Array.from(score, (value) => {
    const last = x.length - 1
    if (value <= (x[0] ?? 0)) return y[0] ?? 0
    if (value >= (x[last] ?? 0)) return y[last] ?? 0
    let [low, high] = [0, last]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((x[middle] ?? 0) <= value) low = middle
      else high = middle
    }
    const [x0 = 0, x1 = 0, y0 = 0, y1 = 0] = [x[low], x[high], y[low], y[high]]
    return value === x0 ? y0 : y0 + ((y1 - y0) * (value - x0)) / (x1 - x0)
  })
}
