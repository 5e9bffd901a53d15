import type { ScoreSteps } from './ranking.ts'

export type RocPoint = { readonly fpr: number; readonly tpr: number; readonly threshold: number | null }

/**
 * ROC points from (0, 0) to (1, 1), one per distinct score, thinned to at most about `limit` evenly spaced along the
 * curve. The first point has no threshold. Empty for one class.
 */
export function rocCurve(steps: ScoreSteps, limit = 200): RocPoint[] {
  const { score, positives, negatives, nPositive, nNegative } = steps
  if (nPositive === 0 || nNegative === 0) return []
  const gap = score.length <= limit ? 0 : 2 / limit
  const points: RocPoint[] = [{ fpr: 0, tpr: 0, threshold: null }]
  let next = gap
  let tp = 0
  let fp = 0
  for (let k = 0; k < score.length; k++) {
    tp += positives[k] ?? 0
    fp += negatives[k] ?? 0
    const fpr = fp / nNegative
    const tpr = tp / nPositive
    if (fpr + tpr < next && k !== score.length - 1) continue
    points.push({ fpr, tpr, threshold: score[k] ?? 0 })
    next = fpr + tpr + gap
  }
  return points
}

/** TPR at an FPR in [0, 1], linear between points; on a vertical step its upper end, as numpy.interp has it. Undefined for one class. */
export function tprAt(steps: ScoreSteps, fpr: number): number | undefined {
  return walk(steps, fpr)?.tpr
}

/** Area up to `limit` of FPR, rescaled so that chance is 0.5 and perfection 1 (McClish 1989); undefined for one class. */
export function partialAuc(steps: ScoreSteps, limit: number): number | undefined {
  const walked = walk(steps, limit)
  if (!walked) return undefined
  const chance = (limit * limit) / 2
  return (1 + (walked.area - chance) / (limit - chance)) / 2
}

function walk({ positives, negatives, nPositive, nNegative }: ScoreSteps, limit: number) {
  if (nPositive === 0 || nNegative === 0) return undefined
  let tp = 0
  let fp = 0
  let area = 0
  for (let k = 0; k < positives.length; k++) {
    const [tpBefore, fpBefore] = [tp, fp]
    tp += positives[k] ?? 0
    fp += negatives[k] ?? 0
    const [left, right] = [fpBefore / nNegative, fp / nNegative]
    const [low, high] = [tpBefore / nPositive, tp / nPositive]
    if (right > limit) {
      const tpr = low + ((high - low) * (limit - left)) / (right - left)
      return { tpr, area: area + ((limit - left) * (low + tpr)) / 2 }
    }
    area += ((right - left) * (low + high)) / 2
  }
  return { tpr: 1, area }
}
