import { normalSf } from '../../../lib/statistics/index.ts'
import { requireLength } from './input.ts'

/** Index of the first element that is not below the value. */
function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Index after the last element that is not above the value. */
function upperBound(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) <= value) low = middle + 1
    else high = middle
  }
  return low
}

/** Share of `others` below each value, ties half, in the order of the values. */
function placements(values: Float64Array, others: Float64Array): Float64Array {
  const sorted = others.slice().sort()
  return values.map((value) => (lowerBound(sorted, value) + upperBound(sorted, value)) / 2 / sorted.length)
}

const mean = (values: Float64Array) => values.reduce((sum, each) => sum + each, 0) / values.length

function variance(values: Float64Array): number {
  const centre = mean(values)
  return values.reduce((sum, each) => sum + (each - centre) ** 2, 0) / (values.length - 1)
}

export type PairedAuc = { readonly auc1: number; readonly auc2: number; readonly z: number; readonly p: number }

/**
 * Two scores of the same rows: difference of their AUC, tested with the correlation between them (DeLong 1988;
 * R pROC roc.test paired). Undefined with fewer than two rows of a class; z 0 and p 1 where the placements do not differ.
 */
export function comparePairedAuc(y: Uint8Array, first: Float64Array, second: Float64Array): PairedAuc | undefined {
  requireLength('first', first.length, y.length)
  requireLength('second', second.length, y.length)
  const of = (score: Float64Array, label: number) => score.filter((_, i) => y[i] === label)
  const [p1, n1, p2, n2] = [of(first, 1), of(first, 0), of(second, 1), of(second, 0)]
  if (p1.length < 2 || n1.length < 2) return undefined
  const [up1, up2] = [placements(p1, n1), placements(p2, n2)]
  const [down1, down2] = [placements(n1, p1), placements(n2, p2)]
  const auc1 = mean(up1)
  const auc2 = mean(up2)
  const positives = variance(up1.map((each, i) => each - (up2[i] ?? 0)))
  const negatives = variance(down1.map((each, i) => each - (down2[i] ?? 0)))
  const spread = Math.sqrt(positives / p1.length + negatives / n1.length)
  if (spread === 0) return { auc1, auc2, z: 0, p: 1 }
  const z = (auc1 - auc2) / spread
  return { auc1, auc2, z, p: 2 * normalSf(Math.abs(z)) }
}
