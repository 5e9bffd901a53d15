import { moments, quantileSorted } from '../../../../lib/statistics/index.ts'

/** Edges of the bins between them, ascending; n + 1 edges bound n bins. */
export type Edges = Float64Array

/** How a numeric column is cut. Every figure that rests on bins names its rule, for other bins give other figures. */
export const binnings = ['deciles', 'equal_width', 'sturges', 'doane'] as const
export type Binning = (typeof binnings)[number]

/** Distinct quantiles of ascending values at i / parts (type 7). A constant column has one edge, and so no bin. */
export function quantileEdges(sorted: ArrayLike<number>, parts = 10): Edges {
  const edges = Array.from({ length: parts + 1 }, (_, i) => quantileSorted(sorted, i / parts))
  return Float64Array.from(new Set(edges))
}

/** Equal bins over the range of ascending values; a constant column gets the range of 1 around it (numpy.histogram). */
export function widthEdges(sorted: ArrayLike<number>, bins: number): Edges {
  let [low, high] = [sorted[0] ?? 0, sorted[sorted.length - 1] ?? 0]
  if (low === high) [low, high] = [low - 0.5, high + 0.5]
  const step = (high - low) / bins
  return Float64Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + i * step))
}

/**
 * Equal bins by Sturges' rule over ascending values (numpy.histogram_bin_edges "sturges"); whole numbers
 * are not cut finer than 1.
 */
export function sturgesEdges(sorted: ArrayLike<number>): Edges {
  const width = rangeOf(sorted) / (Math.log2(sorted.length) + 1)
  return byWidth(sorted, isWhole(sorted) ? Math.max(1, width) : width)
}

/** Equal bins by Doane's rule, which allows for skewness (numpy.histogram_bin_edges "doane"). */
export function doaneEdges(sorted: ArrayLike<number>): Edges {
  const n = sorted.length
  if (n <= 2) return byWidth(sorted, 0)
  const { mean, variance } = moments(sorted)
  const deviation = Math.sqrt((variance * (n - 1)) / n)
  let cubes = 0
  for (let i = 0; i < n; i++) cubes += (((sorted[i] ?? 0) - mean) / deviation) ** 3
  const unit = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)))
  const skewness = Math.abs(cubes / n)
  if (!(deviation > 0)) return byWidth(sorted, 0)
  return byWidth(sorted, rangeOf(sorted) / (1 + Math.log2(n) + Math.log2(1 + skewness / unit)))
}

const rangeOf = (sorted: ArrayLike<number>) => (sorted[sorted.length - 1] ?? 0) - (sorted[0] ?? 0)

function byWidth(sorted: ArrayLike<number>, wanted: number): Edges {
  if (!(wanted > 0) || rangeOf(sorted) === 0) return widthEdges(sorted, 1)
  return widthEdges(sorted, Math.max(1, Math.ceil(rangeOf(sorted) / wanted)))
}

function isWhole(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isInteger(values[i])) return false
  return true
}

export type Histogram = {
  /** Rows in each bin; a value on an edge belongs to the bin above it, the last edge to the last bin. */
  readonly counts: Float64Array
  readonly below: number
  readonly above: number
  readonly n: number
}

/** Counts ascending values between the edges. O(n + bins). */
export function histogram(sorted: ArrayLike<number>, edges: Edges): Histogram {
  const bins = Math.max(0, edges.length - 1)
  const counts = new Float64Array(bins)
  const [first = 0] = edges
  const last = edges[edges.length - 1] ?? 0
  let [below, above, bin] = [0, 0, 0]
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i] ?? 0
    if (value < first) below++
    else if (value > last || bins === 0) above++
    else {
      while (bin < bins - 1 && value >= (edges[bin + 1] ?? 0)) bin++
      counts[bin] = (counts[bin] ?? 0) + 1
    }
  }
  return { counts, below, above, n: sorted.length }
}

/** Shares of the bins, with what lies outside counted into the outer ones. */
export function clippedShares({ counts, below, above, n }: Histogram): Float64Array {
  const shares = counts.map((count, i) => count + (i === 0 ? below : 0) + (i === counts.length - 1 ? above : 0))
  return shares.map((count) => count / n)
}

/** Shares of the bins and of one more for what lies outside of all of them. */
export function openShares({ counts, below, above, n }: Histogram): Float64Array {
  return Float64Array.of(...counts.map((count) => count / n), (below + above) / n)
}
