import { type BootstrapOptions, Replicates, resampleConfusion, resampleSteps } from './binary-bootstrap.ts'
import { type Calibration, calibrationByMass, calibrationByWidth } from './calibration.ts'
import {
  type CompositeName,
  type Confusion,
  composite,
  compositeNames,
  compositeValue,
  mcc,
  type RateName,
  rate,
} from './confusion.ts'
import { partialAuc, type RocPoint, rocCurve } from './curves.ts'
import { type Figure, none, ok } from './figure.ts'
import { requireBinary, requireFinite, requireLength } from './input.ts'
import { type LiftBin, liftTable } from './lift.ts'
import { baseLogLoss, brier, brierTable, logLoss, logLossTable, meanLoss, meanScore } from './loss.ts'
import { auc, averagePrecision, confusionAt, ks, precisionRecallArea, type ScoreSteps, scoreSteps } from './ranking.ts'

/** Above this many resampled rows the measures of the scores get no bootstrap interval: it would take seconds. */
const maxResampled = 100_000_000

const rates = {
  accuracy: 'accuracy',
  precision: 'ppv',
  recall: 'tpr',
  specificity: 'tnr',
  fpr: 'fpr',
  fnr: 'fnr',
  npv: 'npv',
  fdr: 'fdr',
  false_omission_rate: 'for',
  base_rate: 'base_rate',
  selection_rate: 'selection_rate',
} as const satisfies Record<string, RateName>

/** Measures of the score alone, as functions of its steps. */
const scoreMeasures = {
  average_precision: averagePrecision,
  pr_auc_trapezoid: precisionRecallArea,
  ks: (steps: ScoreSteps) => ks(steps)?.value,
  mean_score: meanScore,
  partial_auc_0_1: (steps: ScoreSteps) => partialAuc(steps, 0.1),
}
/** Measures that read the score as a probability. */
const probabilityMeasures = {
  log_loss: logLoss,
  brier,
  brier_skill: (steps: ScoreSteps) => skill(brier(steps), baseBrier(steps)),
  d2_log_loss: (steps: ScoreSteps) => skill(logLoss(steps), baseLogLoss(baseRate(steps))),
  ece: (steps: ScoreSteps) => calibrationByWidth(steps)?.ece,
}

type ScoreMeasure =
  | keyof typeof scoreMeasures
  | keyof typeof probabilityMeasures
  | 'roc_auc'
  | 'gini'
  | 'partial_auc_0_1'
export type BinaryFigure = keyof typeof rates | CompositeName | ScoreMeasure

export type BinaryInput = {
  /** Labels, 0 or 1 per row. */
  readonly y: Uint8Array
  /** Finite score per row; higher means more likely 1. */
  readonly score: Float64Array
  /** Predicted 1 where score >= threshold. */
  readonly threshold: number
  readonly bootstrap?: BootstrapOptions
}
export type BinaryPerformance = {
  readonly n: number
  readonly threshold: number
  readonly confusion: Confusion
  readonly figures: Readonly<Record<BinaryFigure, Figure>>
  /** What a reader must know about the figures: "mcc_degenerate", "score_not_probability", "score_intervals_left_out". */
  readonly flags: readonly string[]
  readonly ks_threshold: number | null
  readonly distinct_scores: number
  readonly roc: readonly RocPoint[]
  readonly calibration: { readonly equal_width: Calibration | null; readonly equal_mass: Calibration | null }
  readonly lift: readonly LiftBin[]
  readonly thresholds: readonly (Confusion & { readonly threshold: number })[]
  readonly bootstrap: BootstrapOptions | null
}

/**
 * Quality of a binary classifier from its labels and scores: definitions of scikit-learn, undefined where those divide by
 * 0. Rates carry Wilson intervals, the AUC DeLong's, everything else percentile bootstrap limits when `bootstrap` is given.
 * Throws bad_request on lengths that differ, labels other than 0 and 1, and scores that are not finite.
 */
export function binaryPerformance({ y, score, threshold, bootstrap }: BinaryInput): BinaryPerformance {
  requireLength('score', score.length, y.length)
  requireBinary('y', y)
  requireFinite('score', score)
  const steps = scoreSteps(y, score)
  const counts = confusionAt(steps, threshold)
  const probability = (steps.score[0] ?? 0) <= 1 && (steps.score.at(-1) ?? 0) >= 0
  const resampled = bootstrap !== undefined && bootstrap.rounds * y.length <= maxResampled
  const replicates = replicate(steps, counts, bootstrap, resampled, probability)
  const interval = (name: string) => bootstrap && replicates.interval(name, bootstrap.rounds)
  const figures = figuresOf(steps, counts, probability, interval)
  const flags: string[] = []
  if (mcc(counts) === undefined) flags.push('mcc_degenerate')
  if (!probability) flags.push('score_not_probability')
  if (bootstrap && !resampled) flags.push('score_intervals_left_out')
  return {
    n: y.length,
    threshold,
    confusion: counts,
    figures,
    flags,
    ks_threshold: ks(steps)?.threshold ?? null,
    distinct_scores: steps.score.length,
    roc: rocCurve(steps),
    calibration: {
      equal_width: (probability && calibrationByWidth(steps)) || null,
      equal_mass: (probability && calibrationByMass(y, score)) || null,
    },
    lift: liftTable(y, score),
    thresholds: Array.from({ length: 19 }, (_, i) => {
      const t = (i + 1) / 20
      return { threshold: t, ...confusionAt(steps, t) }
    }),
    bootstrap: bootstrap ? { seed: bootstrap.seed, rounds: bootstrap.rounds } : null,
  }
}

type IntervalOf = (name: string) => { low: number; high: number } | undefined

function figuresOf(
  steps: ScoreSteps,
  counts: Confusion,
  probability: boolean,
  interval: IntervalOf,
): Record<BinaryFigure, Figure> {
  const n = steps.nPositive + steps.nNegative
  const reason = n === 0 ? 'no rows' : 'only one class among the labels'
  const measured = (name: string, value: number | undefined) =>
    value === undefined ? none(reason) : ok(value, { n, interval: interval(name) })
  const scored = Object.entries(scoreMeasures).map(([name, of]) => [name, measured(name, of(steps))])
  const judged = Object.entries(probabilityMeasures).map(([name, of]) => [
    name,
    probability ? measured(name, of(steps)) : none('the score is not a probability'),
  ])
  const composed = compositeNames.map((name) => {
    const figure = composite(name, counts)
    return [name, figure.state === 'ok' ? ok(figure.value, { n, interval: interval(name) }) : figure]
  })
  const area = auc(steps)
  return Object.fromEntries([
    ...Object.entries(rates).map(([name, id]) => [name, rate(id, counts)]),
    ...composed,
    ...scored,
    ...judged,
    ['roc_auc', area],
    ['gini', giniOf(area)],
  ]) as Record<BinaryFigure, Figure>
}

function replicate(
  steps: ScoreSteps,
  counts: Confusion,
  bootstrap: BootstrapOptions | undefined,
  resampled: boolean,
  probability: boolean,
): Replicates {
  const replicates = new Replicates()
  if (!bootstrap || steps.score.length === 0) return replicates
  resampleConfusion(counts, bootstrap, (drawn) => {
    for (const name of compositeNames) replicates.add(name, compositeValue(name, drawn))
  })
  if (!resampled) return replicates
  const losses = probability ? { log: logLossTable(steps), squared: brierTable(steps) } : undefined
  resampleSteps(steps, bootstrap, (drawn) => {
    for (const [name, of] of Object.entries(scoreMeasures)) replicates.add(name, of(drawn))
    if (!losses) return
    const log = meanLoss(drawn, losses.log)
    const squared = meanLoss(drawn, losses.squared)
    replicates.add('log_loss', log)
    replicates.add('brier', squared)
    replicates.add('brier_skill', skill(squared, baseBrier(drawn)))
    replicates.add('d2_log_loss', skill(log, baseLogLoss(baseRate(drawn))))
    replicates.add('ece', calibrationByWidth(drawn)?.ece)
  })
  return replicates
}

function giniOf(area: Figure): Figure {
  if (area.state !== 'ok') return area
  const { value, low, high, n } = area
  const interval = low === undefined || high === undefined ? undefined : { low: 2 * low - 1, high: 2 * high - 1 }
  return ok(2 * value - 1, { interval, ...(n === undefined ? {} : { n }) })
}

const baseRate = (steps: ScoreSteps) => steps.nPositive / (steps.nPositive + steps.nNegative)
const baseBrier = (steps: ScoreSteps) => baseRate(steps) * (1 - baseRate(steps))

/** 1 - loss / loss of the base rate; undefined where the base rate makes no error. */
function skill(loss: number | undefined, base: number): number | undefined {
  return loss === undefined || !(base > 0) ? undefined : 1 - loss / base
}
