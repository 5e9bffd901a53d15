import type { ScoreSteps } from './ranking.ts'

export type CalibrationBin = {
  readonly bin: number
  readonly n: number
  readonly mean_score: number
  readonly observed_rate: number
}
export type Calibration = {
  readonly method: 'equal_width' | 'equal_mass'
  readonly bins: readonly CalibrationBin[]
  /** Expected, maximum and root mean square calibration error over the bins that hold rows. */
  readonly ece: number
  readonly mce: number
  readonly rmsce: number
}

/** Empty bins are left out; their number stays in `bin`. Undefined without rows. */
function summarise(
  method: Calibration['method'],
  n: Float64Array,
  scores: Float64Array,
  labels: Float64Array,
): Calibration | undefined {
  const bins: CalibrationBin[] = []
  let total = 0
  for (const [bin, count] of n.entries()) {
    if (count === 0) continue
    total += count
    bins.push({
      bin,
      n: count,
      mean_score: (scores[bin] ?? 0) / count,
      observed_rate: (labels[bin] ?? 0) / count,
    })
  }
  if (total === 0) return undefined
  const gaps = bins.map((each) => ({ share: each.n / total, gap: Math.abs(each.mean_score - each.observed_rate) }))
  return {
    method,
    bins,
    ece: gaps.reduce((sum, { share, gap }) => sum + share * gap, 0),
    mce: Math.max(...gaps.map(({ gap }) => gap)),
    rmsce: Math.sqrt(gaps.reduce((sum, { share, gap }) => sum + share * gap * gap, 0)),
  }
}

/** Bins of equal width on [0, 1]: min(floor(bins * score), bins - 1). Scores must lie in [0, 1]. */
export function calibrationByWidth(steps: ScoreSteps, bins = 10): Calibration | undefined {
  const n = new Float64Array(bins)
  const scores = new Float64Array(bins)
  const labels = new Float64Array(bins)
  for (let k = 0; k < steps.score.length; k++) {
    const score = steps.score[k] ?? 0
    const positives = steps.positives[k] ?? 0
    const rows = positives + (steps.negatives[k] ?? 0)
    const bin = Math.min(Math.floor(bins * score), bins - 1)
    n[bin] = (n[bin] ?? 0) + rows
    scores[bin] = (scores[bin] ?? 0) + rows * score
    labels[bin] = (labels[bin] ?? 0) + positives
  }
  return summarise('equal_width', n, scores, labels)
}

/** Bins of equal mass: rows by ascending score, then row number; sizes differ by at most 1, larger first. */
export function calibrationByMass(y: ArrayLike<number>, score: Float64Array, bins = 10): Calibration | undefined {
  const n = new Float64Array(bins)
  const scores = new Float64Array(bins)
  const labels = new Float64Array(bins)
  for (const [row, bin] of rankBins(score, bins).entries()) {
    n[bin] = (n[bin] ?? 0) + 1
    scores[bin] = (scores[bin] ?? 0) + (score[row] ?? 0)
    labels[bin] = (labels[bin] ?? 0) + (y[row] ?? 0)
  }
  return summarise('equal_mass', n, scores, labels)
}

/**
 * Part of each row when rows are ranked by ascending score, then row number, and split into `parts`. Only scores at which
 * a part begins can be torn apart by the row number, so a numeric sort suffices and no row is moved.
 */
export function rankBins(score: Float64Array, parts: number): Uint16Array {
  const sorted = score.slice().sort()
  const starts: number[] = []
  const firstRank = new Map<number, number>()
  for (let position = 0, part = -1; position < sorted.length; position++) {
    const own = binOfPosition(position, sorted.length, parts)
    if (own === part) continue
    part = own
    const value = sorted[position] ?? 0
    starts.push(value)
    let first = position
    while (first > 0 && sorted[first - 1] === value) first--
    firstRank.set(value, first)
  }
  const bins = new Uint16Array(score.length)
  for (let row = 0; row < score.length; row++) {
    const s = score[row] ?? 0
    let part = starts.length - 1
    while (part > 0 && s < (starts[part] ?? 0)) part--
    if (s === starts[part]) {
      const rank = firstRank.get(s) ?? 0
      firstRank.set(s, rank + 1)
      part = binOfPosition(rank, score.length, parts)
    }
    bins[row] = part
  }
  return bins
}

/** The part that a position falls into when `n` rows are split into `parts`, larger parts first (numpy.array_split). */
export function binOfPosition(position: number, n: number, parts: number): number {
  const size = Math.floor(n / parts)
  const larger = n % parts
  const edge = larger * (size + 1)
  return position < edge ? Math.floor(position / (size + 1)) : larger + Math.floor((position - edge) / size)
}
