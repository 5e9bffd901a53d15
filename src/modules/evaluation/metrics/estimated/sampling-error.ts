import { seeded } from '../../../../lib/statistics/index.ts'
import { averagePrecision, scoreSteps } from '../ranking.ts'
import type { EstimatedMetric, ScoredRows } from './realised.ts'

/** How far a metric of `n` rows strays by chance, from the spread of the reference: one standard error. */
export type SamplingErrors = (metric: EstimatedMetric, n: number) => number

/** Rounds and largest size of the resamples for average precision, which has no closed form. */
const rounds = 50
const largestResample = 50_000

/**
 * Standard errors by the size of a window (NannyML, "sampling error"): a metric is taken for the mean of the rows that
 * count for it, whose spread and share come from the reference. ROC AUC is the mean over positives of the share of
 * negatives below (Mann & Whitney); average precision is resampled with a seed.
 */
export function samplingErrors(reference: ScoredRows, seed: number): SamplingErrors {
  const { y, predicted } = reference
  const n = y.length
  let [tp, fp, tn, fn] = [0, 0, 0, 0]
  for (let i = 0; i < n; i++) {
    if (y[i] === 1) predicted[i] === 1 ? tp++ : fn++
    else predicted[i] === 1 ? fp++ : tn++
  }
  /** Of a mean of ones and zeros. */
  const spread = (ones: number, of: number) => (of > 0 ? Math.sqrt((ones / of) * (1 - ones / of)) : Number.NaN)
  const mean = (ones: number, of: number) => (size: number) => spread(ones, of) / Math.sqrt((size * of) / n)
  const count = (ones: number) => (size: number) => spread(ones, n) * Math.sqrt(size)
  const relevant = tp + fp + fn
  const f1 = mean(tp, relevant)
  const scale = relevant / (tp + (fp + fn) / 2)
  const ranking = aucSpread(reference)
  const resampled = precisionSpread(reference, seed)
  const errors: Record<EstimatedMetric, (size: number) => number> = {
    roc_auc: (size) => ranking.spread / Math.sqrt(size * ranking.share),
    average_precision: (size) => resampled.spread * Math.sqrt(resampled.size / size),
    f1: (size) => f1(size) * scale,
    precision: mean(tp, tp + fp),
    recall: mean(tp, tp + fn),
    specificity: mean(tn, tn + fp),
    accuracy: mean(tp + tn, n),
    true_positive: count(tp),
    true_negative: count(tn),
    false_positive: count(fp),
    false_negative: count(fn),
  }
  return (metric, size) => errors[metric](size)
}

/** Spread of the share of negatives below each positive, for the rarer class; ties stand in the order of the rows. */
function aucSpread({ y, score }: ScoredRows): { spread: number; share: number } {
  const n = y.length
  const positives = y.reduce((sum, label) => sum + label, 0)
  const flip = positives / n > 0.5
  const rare = flip ? n - positives : positives
  const order = Uint32Array.from({ length: n }, (_, i) => i)
  order.sort((a, b) => (flip ? (score[b] ?? 0) - (score[a] ?? 0) : (score[a] ?? 0) - (score[b] ?? 0)))
  let [below, sum, squares] = [0, 0, 0]
  for (const row of order) {
    if ((y[row] === 1) === flip) below++
    else {
      const share = below / (n - rare)
      sum += share
      squares += share * share
    }
  }
  const mean = sum / rare
  return { spread: Math.sqrt(Math.max(0, squares / rare - mean * mean)), share: rare / n }
}

function precisionSpread({ y, score }: ScoredRows, seed: number): { spread: number; size: number } {
  const size = Math.min(Math.floor(y.length / 2), largestResample)
  const random = seeded(seed)
  const labels = new Uint8Array(size)
  const scores = new Float64Array(size)
  const values = Array.from({ length: rounds }, () => {
    for (let i = 0; i < size; i++) {
      const row = random.below(y.length)
      labels[i] = y[row] ?? 0
      scores[i] = score[row] ?? 0
    }
    return averagePrecision(scoreSteps(labels, scores)) ?? 0
  })
  const mean = values.reduce((sum, value) => sum + value, 0) / rounds
  return { spread: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rounds), size }
}
