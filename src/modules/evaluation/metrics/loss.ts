import type { ScoreSteps } from './ranking.ts'

/** Scores are kept this far from 0 and 1 before taking a logarithm (float64 epsilon, as scikit-learn does). */
const clip = 2.220446049250313e-16

/** Log loss of one row: y is 0 or 1, score in [0, 1]. */
export function pointLogLoss(y: number, score: number): number {
  const s = Math.min(1 - clip, Math.max(clip, score))
  return y === 1 ? -Math.log(s) : -Math.log1p(-s)
}

const squaredError = (y: number, score: number) => (score - y) ** 2

/** Loss of a positive and of a negative at each step of a score. */
export type LossTable = { readonly positive: Float64Array; readonly negative: Float64Array }
type Loss = (y: number, score: number) => number

function lossTable({ score }: ScoreSteps, loss: Loss): LossTable {
  return { positive: score.map((s) => loss(1, s)), negative: score.map((s) => loss(0, s)) }
}

/** Losses per step, so that resampling need not compute them again. */
export const logLossTable = (steps: ScoreSteps) => lossTable(steps, pointLogLoss)
export const brierTable = (steps: ScoreSteps) => lossTable(steps, squaredError)

/**
 * Mean of tabled losses; undefined without rows. The sum runs over the distinct scores in order, so the order of the rows
 * cannot change a bit of the result.
 */
export function meanLoss(steps: ScoreSteps, { positive, negative }: LossTable): number | undefined {
  const { positives, negatives } = steps
  const n = steps.nPositive + steps.nNegative
  if (n === 0) return undefined
  let sum = 0
  for (let k = 0; k < positives.length; k++)
    sum += (positives[k] ?? 0) * (positive[k] ?? 0) + (negatives[k] ?? 0) * (negative[k] ?? 0)
  return sum / n
}

function meanOver(steps: ScoreSteps, loss: Loss): number | undefined {
  return meanLoss(steps, lossTable(steps, loss))
}

/** Mean of -ln of the probability given to the label; undefined without rows. */
export function logLoss(steps: ScoreSteps): number | undefined {
  return meanOver(steps, pointLogLoss)
}

/** Mean (score - y)^2 (Brier 1950); undefined without rows. */
export function brier(steps: ScoreSteps): number | undefined {
  return meanOver(steps, squaredError)
}

/** Mean score; undefined without rows. */
export function meanScore(steps: ScoreSteps): number | undefined {
  return meanLoss(steps, { positive: steps.score, negative: steps.score })
}

/** Standard deviation of the score (n - 1); undefined below two rows. */
export function scoreDeviation(steps: ScoreSteps): number | undefined {
  const mean = meanScore(steps)
  const n = steps.nPositive + steps.nNegative
  if (mean === undefined || n < 2) return undefined
  const variance = meanOver(steps, (_, score) => (score - mean) ** 2) ?? 0
  return Math.sqrt((variance * n) / (n - 1))
}

/** Log loss of always answering the base rate: the entropy of the labels. */
export function baseLogLoss(baseRate: number): number {
  const part = (p: number) => (p === 0 ? 0 : -p * Math.log(p))
  return part(baseRate) + part(1 - baseRate)
}
