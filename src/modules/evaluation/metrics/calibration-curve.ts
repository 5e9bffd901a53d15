import { quantileSorted } from '../../../lib/statistics/index.ts'

export type CurvePoint = { readonly n: number; readonly mean_score: number; readonly observed_rate: number }

/**
 * Observed rate against mean score in bins between edges, each closed on the right (scikit-learn's calibration_curve):
 * equal width on [0, 1], or quantiles of the scores. Empty bins are left out.
 */
export function calibrationCurve(
  y: ArrayLike<number>,
  score: Float64Array,
  bins = 10,
  strategy: 'uniform' | 'quantile' = 'uniform',
): CurvePoint[] {
  const sorted = score.slice().sort()
  const edges = Array.from({ length: bins + 1 }, (_, i) =>
    strategy === 'uniform' ? i / bins : quantileSorted(sorted, i / bins),
  )
  const inner = edges.slice(1, -1)
  const sums = Array.from({ length: bins }, () => ({ n: 0, scores: 0, labels: 0 }))
  for (let i = 0; i < score.length; i++) {
    const value = score[i] ?? 0
    const bin = sums[inner.findIndex((edge) => value <= edge) < 0 ? bins - 1 : inner.findIndex((edge) => value <= edge)]
    if (!bin) continue
    bin.n++
    bin.scores += value
    bin.labels += y[i] ?? 0
  }
  return sums.flatMap(({ n, scores, labels }) =>
    n === 0 ? [] : [{ n, mean_score: scores / n, observed_rate: labels / n }],
  )
}

export type CalibrationFit = {
  readonly slope: number
  readonly intercept: number
  /** Standard errors, from the information of the fit. */
  readonly slopeError: number
  readonly interceptError: number
}

/**
 * Slope and intercept of a logistic regression of the labels on the log odds of the scores (Cox 1958): 1 and 0 for
 * calibrated scores. Newton's method; undefined where it does not converge, as with separated classes.
 */
export function fitCalibration(y: ArrayLike<number>, score: Float64Array, clip = 1e-12): CalibrationFit | undefined {
  const odds = score.map((value) => {
    const p = Math.min(1 - clip, Math.max(clip, value))
    return Math.log(p / (1 - p))
  })
  let [intercept, slope] = [0, 1]
  for (let step = 0; step < 100; step++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0]
    for (let i = 0; i < odds.length; i++) {
      const x = odds[i] ?? 0
      const p = 1 / (1 + Math.exp(-(intercept + slope * x)))
      const [error, weight] = [(y[i] ?? 0) - p, p * (1 - p)]
      g0 += error
      g1 += error * x
      h00 += weight
      h01 += weight * x
      h11 += weight * x * x
    }
    const determinant = h00 * h11 - h01 * h01
    if (!(determinant > 1e-12)) return undefined
    const [d0, d1] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant]
    intercept += d0
    slope += d1
    const fit = {
      slope,
      intercept,
      slopeError: Math.sqrt(h00 / determinant),
      interceptError: Math.sqrt(h11 / determinant),
    }
    if (Math.abs(d0) + Math.abs(d1) < 1e-12) return fit
    if (step === 99 && Number.isFinite(slope) && Math.abs(slope) < 1e6) return fit
  }
  return undefined
}

/** The same without its errors. */
export function calibrationSlope(
  y: ArrayLike<number>,
  score: Float64Array,
  clip = 1e-12,
): { readonly slope: number; readonly intercept: number } | undefined {
  const fit = fitCalibration(y, score, clip)
  return fit && { slope: fit.slope, intercept: fit.intercept }
}
