import { rankBins } from './calibration.ts'

export type LiftBin = {
  readonly decile: number
  readonly n: number
  readonly positives: number
  readonly rate: number
  readonly min_score: number
  readonly max_score: number
  readonly lift: number | null
  readonly cumulative_positives: number
  readonly cumulative_capture: number | null
  readonly cumulative_lift: number | null
  /** Share of positives minus share of negatives captured so far; null where there is only one class. */
  readonly ks_at: number | null
}

/**
 * Rows by descending score, then row number, in parts of equal size (larger first); lift = rate / base rate, null where
 * there is no positive at all. Parts without rows are left out. y is 0 or 1, one per score.
 */
export function liftTable(y: Uint8Array, score: Float64Array, parts = 10): LiftBin[] {
  const bins = rankBins(
    score.map((each) => -each),
    parts,
  )
  const n = new Float64Array(parts)
  const positives = new Float64Array(parts)
  const low = new Float64Array(parts).fill(Number.POSITIVE_INFINITY)
  const high = new Float64Array(parts).fill(Number.NEGATIVE_INFINITY)
  for (const [row, bin] of bins.entries()) {
    const s = score[row] ?? 0
    n[bin] = (n[bin] ?? 0) + 1
    positives[bin] = (positives[bin] ?? 0) + (y[row] ?? 0)
    low[bin] = Math.min(low[bin] ?? s, s)
    high[bin] = Math.max(high[bin] ?? s, s)
  }
  const total = positives.reduce((sum, each) => sum + each, 0)
  const base = total / y.length
  let seen = 0
  let captured = 0
  const table: LiftBin[] = []
  for (const [bin, rows] of n.entries()) {
    if (rows === 0) continue
    const hits = positives[bin] ?? 0
    seen += rows
    captured += hits
    table.push({
      decile: bin + 1,
      n: rows,
      positives: hits,
      rate: hits / rows,
      min_score: low[bin] ?? 0,
      max_score: high[bin] ?? 0,
      lift: total === 0 ? null : hits / rows / base,
      cumulative_positives: captured,
      cumulative_capture: total === 0 ? null : captured / total,
      cumulative_lift: total === 0 ? null : captured / seen / base,
      ks_at: total === 0 || total === y.length ? null : captured / total - (seen - captured) / (y.length - total),
    })
  }
  return table
}
