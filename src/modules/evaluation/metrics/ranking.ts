import { criticalValue } from '../../../lib/statistics/index.ts'
import { type Figure, none, ok } from './figure.ts'

/** The distinct scores from high to low, and how many positives and negatives carry each. */
export type ScoreSteps = {
  readonly score: Float64Array
  readonly positives: Float64Array
  readonly negatives: Float64Array
  readonly nPositive: number
  readonly nNegative: number
}

/**
 * Steps of a score over labels of 0 and 1. Positives and negatives are sorted apart as numbers and merged, so equal
 * scores form one step and neither row order nor sort stability can matter. O(n log n).
 */
export function scoreSteps(y: Uint8Array, score: Float64Array): ScoreSteps {
  let n = 0
  for (let i = 0; i < y.length; i++) n += y[i] ?? 0
  const positives = new Float64Array(n)
  const negatives = new Float64Array(y.length - n)
  let p = 0
  let q = 0
  for (let i = 0; i < y.length; i++) {
    if (y[i] === 1) positives[p++] = score[i] ?? 0
    else negatives[q++] = score[i] ?? 0
  }
  return mergeSteps(positives.sort(), negatives.sort())
}

/** Steps from the ascending scores of both classes. */
export function mergeSteps(positives: Float64Array, negatives: Float64Array): ScoreSteps {
  const size = positives.length + negatives.length
  const score = new Float64Array(size)
  const p = new Float64Array(size)
  const q = new Float64Array(size)
  let i = positives.length - 1
  let j = negatives.length - 1
  let step = 0
  while (i >= 0 || j >= 0) {
    const high = Math.max(positives[i] ?? Number.NEGATIVE_INFINITY, negatives[j] ?? Number.NEGATIVE_INFINITY)
    const fromP = i
    const fromQ = j
    while (i >= 0 && positives[i] === high) i--
    while (j >= 0 && negatives[j] === high) j--
    score[step] = high
    p[step] = fromP - i
    q[step] = fromQ - j
    step++
  }
  return {
    score: score.slice(0, step),
    positives: p.slice(0, step),
    negatives: q.slice(0, step),
    nPositive: positives.length,
    nNegative: negatives.length,
  }
}

/** Area under the ROC curve with half credit for ties (Mann & Whitney 1947); undefined for one class. */
export function aucValue({ positives, negatives, nPositive, nNegative }: ScoreSteps): number | undefined {
  if (nPositive === 0 || nNegative === 0) return undefined
  let above = 0
  let wins = 0
  for (let k = 0; k < positives.length; k++) {
    const p = positives[k] ?? 0
    wins += (negatives[k] ?? 0) * (above + p / 2)
    above += p
  }
  return wins / (nPositive * nNegative)
}

/** Variance of the AUC from the placements of both classes (DeLong, DeLong & Clarke-Pearson 1988; R pROC); needs two of each. */
export function delongVariance(steps: ScoreSteps): number | undefined {
  const { positives, negatives, nPositive, nNegative } = steps
  const auc = aucValue(steps)
  if (auc === undefined || nPositive < 2 || nNegative < 2) return undefined
  let above = 0
  let below = nNegative
  let overPositives = 0
  let overNegatives = 0
  for (let k = 0; k < positives.length; k++) {
    const p = positives[k] ?? 0
    const q = negatives[k] ?? 0
    below -= q
    overPositives += p * ((below + q / 2) / nNegative - auc) ** 2
    overNegatives += q * ((above + p / 2) / nPositive - auc) ** 2
    above += p
  }
  return overPositives / (nPositive - 1) / nPositive + overNegatives / (nNegative - 1) / nNegative
}

/** AUC with its DeLong interval, cut to [0, 1]. */
export function auc(steps: ScoreSteps): Figure {
  const value = aucValue(steps)
  if (value === undefined) return none('only one class among the labels')
  const variance = delongVariance(steps)
  const n = steps.nPositive + steps.nNegative
  if (variance === undefined) return ok(value, { n })
  const half = criticalValue(0.95) * Math.sqrt(variance)
  return ok(value, { n, interval: { low: Math.max(0, value - half), high: Math.min(1, value + half) } })
}

/** Average precision: sum of (R_k - R_k-1) P_k over distinct thresholds from high to low; undefined without positives. */
export function averagePrecision({ positives, negatives, nPositive }: ScoreSteps): number | undefined {
  if (nPositive === 0) return undefined
  let tp = 0
  let selected = 0
  let sum = 0
  for (let k = 0; k < positives.length; k++) {
    const p = positives[k] ?? 0
    tp += p
    selected += p + (negatives[k] ?? 0)
    if (p > 0) sum += (p * tp) / selected
  }
  return sum / nPositive
}

/** Trapezoid under the precision-recall points, starting at recall 0 and precision 1; undefined without positives. */
export function precisionRecallArea({ positives, negatives, nPositive }: ScoreSteps): number | undefined {
  if (nPositive === 0) return undefined
  let tp = 0
  let selected = 0
  let before = 1
  let sum = 0
  for (let k = 0; k < positives.length; k++) {
    const p = positives[k] ?? 0
    tp += p
    selected += p + (negatives[k] ?? 0)
    if (selected === 0) continue
    const precision = tp / selected
    sum += (p * (precision + before)) / 2
    before = precision
  }
  return sum / nPositive
}

/** Largest TPR - FPR over thresholds "score >= t", and the highest score that reaches it; undefined for one class. */
export function ks(steps: ScoreSteps): { readonly value: number; readonly threshold: number } | undefined {
  const { score, positives, negatives, nPositive, nNegative } = steps
  if (nPositive === 0 || nNegative === 0) return undefined
  let tp = 0
  let fp = 0
  let value = 0
  let threshold = score[0] ?? 0
  for (let k = 0; k < score.length; k++) {
    tp += positives[k] ?? 0
    fp += negatives[k] ?? 0
    const gap = tp / nPositive - fp / nNegative
    if (gap > value) {
      value = gap
      threshold = score[k] ?? 0
    }
  }
  return { value, threshold }
}

/** Counts at the threshold "score >= t". */
export function confusionAt(steps: ScoreSteps, threshold: number): { tp: number; fp: number; tn: number; fn: number } {
  let tp = 0
  let fp = 0
  for (let k = 0; k < steps.score.length && (steps.score[k] ?? 0) >= threshold; k++) {
    tp += steps.positives[k] ?? 0
    fp += steps.negatives[k] ?? 0
  }
  return { tp, fp, tn: steps.nNegative - fp, fn: steps.nPositive - tp }
}
