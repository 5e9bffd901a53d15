import { seeded } from '../../../lib/statistics/index.ts'
import { type Figure, none, ok } from './figure.ts'
import { aucValue, delongVariance, ks, scoreSteps } from './ranking.ts'

export type MembershipInference = {
  readonly n: { readonly train: number; readonly holdout: number }
  /** AUC of telling training rows from others by their loss; 0.5 tells nothing. */
  readonly auc: Figure
  /** Largest TPR - FPR of any threshold on the loss (Yeom et al. 2018), with a bootstrap interval. */
  readonly advantage: Figure
  /** Share of training rows that are told when one in a hundred others is accused (Carlini et al. 2022). */
  readonly tpr_at_1_percent: Figure
  readonly mean_loss: { readonly train: number; readonly holdout: number }
}

/** Fewer rows on a side say nothing about one in a hundred. */
const fewestRows = 100

/**
 * How well somebody who knows a row's label can tell by the model's loss whether it was trained on that row. Losses are
 * finite; lower ones point to training. An attacker with shadow models does better: a low figure is no proof of privacy.
 */
export function membershipInference(
  train: Float64Array,
  holdout: Float64Array,
  seed: number,
  rounds = 1000,
): MembershipInference {
  const n = { train: train.length, holdout: holdout.length }
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length
  const mean_loss = { train: mean(train), holdout: mean(holdout) }
  if (Math.min(n.train, n.holdout) < fewestRows) {
    const reason = `fewer than ${fewestRows} rows on a side`
    return { n, auc: none(reason), advantage: none(reason), tpr_at_1_percent: none(reason), mean_loss }
  }
  const steps = stepsOf(train, holdout)
  const area = aucValue(steps) ?? Number.NaN
  const half = 1.959963984540054 * Math.sqrt(delongVariance(steps) ?? Number.NaN)
  const random = seeded(seed)
  const resample = (values: Float64Array) => Float64Array.from(values, () => values[random.below(values.length)] ?? 0)
  const small = Math.min(rounds, Math.ceil(2e7 / (n.train + n.holdout)))
  const replicates = Float64Array.from(
    { length: small },
    () => ks(stepsOf(resample(train), resample(holdout)))?.value ?? 0,
  ).sort()
  const at = (q: number) => replicates[Math.min(small - 1, Math.floor(q * small))] ?? Number.NaN
  return {
    n,
    auc: ok(area, { interval: { low: Math.max(0, area - half), high: Math.min(1, area + half) } }),
    advantage: ok(ks(steps)?.value ?? Number.NaN, { interval: { low: at(0.025), high: at(0.975) } }),
    tpr_at_1_percent: tprAtOnePercent(train, holdout),
    mean_loss,
  }
}

function stepsOf(train: Float64Array, holdout: Float64Array) {
  const labels = new Uint8Array(train.length + holdout.length).fill(1, 0, train.length)
  const scores = new Float64Array(labels.length)
  scores.set(train.map((loss) => -loss))
  scores.set(
    holdout.map((loss) => -loss),
    train.length,
  )
  return scoreSteps(labels, scores)
}

function tprAtOnePercent(train: Float64Array, holdout: Float64Array): Figure {
  const sorted = holdout.slice().sort()
  const threshold = sorted[Math.floor(holdout.length / 100)] ?? Number.NEGATIVE_INFINITY
  const told = train.filter((loss) => loss < threshold).length
  return ok(told / train.length, { count: told, n: train.length })
}
