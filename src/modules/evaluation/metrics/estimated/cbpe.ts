import { seeded } from '../../../../lib/statistics/index.ts'
import { calibrationByMass } from '../calibration.ts'
import { type IsotonicMap, isotonicApply, isotonicFit } from '../isotonic.ts'
import {
  type EstimatedMetric,
  estimatedMetrics,
  fromCells,
  realised,
  type ScoredRows,
  type Values,
} from './realised.ts'
import { type SamplingErrors, samplingErrors } from './sampling-error.ts'

/** What is written beside every estimate. */
export const assumption =
  'Estimated without labels: it holds while the labels still follow from the inputs as they did in the reference, and does not see when that relation changes.'

export type Estimate = {
  readonly value: number | null
  /** One standard error of the metric at this size. */
  readonly sampling_error: number | null
  /** The value and three standard errors, cut to what the metric can be. */
  readonly low: number | null
  readonly high: number | null
  readonly lower_threshold: number | null
  readonly upper_threshold: number | null
  /** Outside of the thresholds. */
  readonly alert: boolean
}

export type Estimator = {
  /** Whether calibrated scores were nearer to the observed rates in held-out parts of the reference. */
  readonly calibrated: boolean
  readonly calibration: IsotonicMap
  readonly calibrate: (score: Float64Array) => Float64Array
  readonly estimate: (rows: Pick<ScoredRows, 'predicted' | 'score'>) => Readonly<Record<EstimatedMetric, Estimate>>
}

export type EstimatorOptions = {
  /** Rows of a window of the reference; the thresholds are the mean of its windows and three standard deviations. */
  readonly chunkSize: number
  readonly seed: number
}

const standardErrors = 3
const isCount = (metric: EstimatedMetric) => metric.includes('_positive') || metric.includes('_negative')

/**
 * Confidence-based performance estimation of a binary classifier (NannyML's CBPE): what the calibrated scores say about
 * labels that are not there yet. Fitted on a reference with labels. Not valid under concept drift.
 */
export function fitCbpe(reference: ScoredRows, { chunkSize, seed }: EstimatorOptions): Estimator {
  const calibration = isotonicFit(reference.score, reference.y)
  const calibrated = calibrationHelps(reference, seed)
  const calibrate = (score: Float64Array) => (calibrated ? isotonicApply(calibration, score) : score)
  const errors = samplingErrors(reference, seed)
  const thresholds = thresholdsOf(chunksOf(reference, chunkSize).map(realised))
  return {
    calibrated,
    calibration,
    calibrate,
    estimate: ({ predicted, score }) => estimate(predicted, score, calibrate(score), errors, thresholds),
  }
}

function estimate(
  predicted: Uint8Array,
  score: Float64Array,
  probability: Float64Array,
  errors: SamplingErrors,
  thresholds: ReturnType<typeof thresholdsOf>,
): Readonly<Record<EstimatedMetric, Estimate>> {
  const n = predicted.length
  const values = expectedValues(predicted, score, probability)
  const entries = estimatedMetrics.map((metric): [EstimatedMetric, Estimate] => {
    const value = values[metric] ?? null
    const error = finite(errors(metric, n))
    const [lower_threshold, upper_threshold] = thresholds[metric]
    const most = isCount(metric) ? Number.POSITIVE_INFINITY : 1
    const reach = value === null || error === null ? null : standardErrors * error
    return [
      metric,
      {
        value,
        sampling_error: error,
        low: value === null || reach === null ? null : Math.max(0, value - reach),
        high: value === null || reach === null ? null : Math.min(most, value + reach),
        lower_threshold,
        upper_threshold,
        alert:
          value !== null &&
          ((lower_threshold !== null && value < lower_threshold) ||
            (upper_threshold !== null && value > upper_threshold)),
      },
    ]
  })
  return Object.fromEntries(entries) as Record<EstimatedMetric, Estimate>
}

const finite = (value: number) => (Number.isFinite(value) ? value : null)

/** Every row is a positive with its probability: expected counts, and curves over rows by descending score. */
function expectedValues(predicted: Uint8Array, score: Float64Array, probability: Float64Array): Values {
  let [tp, fp, tn, fn] = [0, 0, 0, 0]
  for (let i = 0; i < predicted.length; i++) {
    const p = probability[i] ?? 0
    if (predicted[i] === 1) {
      tp += p
      fp += 1 - p
    } else {
      fn += p
      tn += 1 - p
    }
  }
  return {
    ...fromCells({ tp, fp, tn, fn }),
    ...expectedCurves(score, probability),
    true_positive: tp,
    true_negative: tn,
    false_positive: fp,
    false_negative: fn,
  }
}

/**
 * ROC AUC by trapezoids, rows of the same score as one step, and average precision row by row: rows of the same score
 * have the same probability, so their order does not matter.
 */
function expectedCurves(score: Float64Array, probability: Float64Array) {
  const order = Uint32Array.from({ length: score.length }, (_, i) => i)
  order.sort((a, b) => (score[b] ?? 0) - (score[a] ?? 0))
  let [positives, negatives, area, precision] = [0, 0, 0, 0]
  for (let i = 0; i < order.length; ) {
    const at = score[order[i] ?? 0]
    let [p, q] = [0, 0]
    for (; i < order.length && score[order[i] ?? 0] === at; i++) {
      const own = probability[order[i] ?? 0] ?? 0
      p += own
      q += 1 - own
      precision += (own * (positives + p)) / (i + 1)
    }
    area += q * (positives + p / 2)
    positives += p
    negatives += q
  }
  return {
    roc_auc: positives > 0 && negatives > 0 ? area / (positives * negatives) : undefined,
    average_precision: positives > 0 ? precision / positives : undefined,
  }
}

/** Windows of the reference, the last one as long as what is left. */
function chunksOf({ y, predicted, score }: ScoredRows, size: number): ScoredRows[] {
  const chunks: ScoredRows[] = []
  for (let from = 0; from < y.length; from += size) {
    const to = Math.min(from + size, y.length)
    chunks.push({ y: y.slice(from, to), predicted: predicted.slice(from, to), score: score.slice(from, to) })
  }
  return chunks
}

/**
 * Mean and three standard deviations (n) of a metric over windows, cut to what the metric can be. Windows in which a metric
 * is undefined are left out, and for recall and f1 those in which only one class was predicted or occurred.
 */
function thresholdsOf(windows: readonly Values[]): Record<EstimatedMetric, readonly [number | null, number | null]> {
  const entries = estimatedMetrics.map((metric) => {
    const judged = metric === 'f1' || metric === 'recall' ? windows.filter(hasBothClasses) : windows
    const values = judged.map((window) => window[metric]).filter((value) => value !== undefined)
    if (values.length === 0) return [metric, [null, null]]
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
    const high = mean + standardErrors * deviation
    return [metric, [Math.max(0, mean - standardErrors * deviation), isCount(metric) ? high : Math.min(1, high)]]
  })
  return Object.fromEntries(entries)
}

function hasBothClasses(window: Values): boolean {
  const of = (metric: EstimatedMetric) => window[metric] ?? 0
  const [tp, fp, tn, fn] = [of('true_positive'), of('false_positive'), of('true_negative'), of('false_negative')]
  return tp + fp > 0 && tn + fn > 0 && tp + fn > 0 && tn + fp > 0
}

/** Ten held-out tenths, each class in its share: whether the calibration error over all of them falls. */
function calibrationHelps({ y, score }: ScoredRows, seed: number): boolean {
  const random = seeded(seed)
  const classes = [0, 1].map((label) => [...y.keys()].filter((row) => y[row] === label))
  const [labels, before, after]: number[][] = [[], [], []]
  for (let split = 0; split < 10; split++) {
    const held: number[] = []
    const kept: number[] = []
    for (const rows of classes) {
      const mixed = shuffled(rows, random.below)
      const out = Math.round(rows.length / 10)
      held.push(...mixed.slice(0, out))
      kept.push(...mixed.slice(out))
    }
    if (held.length === 0 || kept.length === 0) return false
    const of = (values: ArrayLike<number>, rows: readonly number[]) => rows.map((row) => values[row] ?? 0)
    const tested = of(score, held)
    const map = isotonicFit(of(score, kept), of(y, kept))
    labels?.push(...of(y, held))
    before?.push(...tested)
    after?.push(...isotonicApply(map, tested))
  }
  const error = (scores: number[] = []) => calibrationByMass(labels ?? [], Float64Array.from(scores))?.ece ?? 0
  return error(after) < error(before)
}

/** Fisher and Yates' shuffle of a copy. */
function shuffled(rows: readonly number[], below: (limit: number) => number): number[] {
  const mixed = [...rows]
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = below(i + 1)
    const held = mixed[i] ?? 0
    mixed[i] = mixed[j] ?? 0
    mixed[j] = held
  }
  return mixed
}
