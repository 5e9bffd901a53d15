import { quantileSorted } from '../../../lib/statistics/index.ts'
import type { Attribute } from './groups.ts'

export type Moved = {
  readonly n: number
  readonly n_pos: number
  /** Rows with a score of at least each cut, and those of them with label 1. */
  readonly selected: readonly number[]
  readonly tp: readonly number[]
}
export type ThresholdEffects = {
  readonly cuts: readonly number[]
  readonly present: number
  readonly all: Moved
  readonly groups: readonly (Moved & { readonly group: string; readonly state: 'ok' | 'small' })[]
}

type Input = {
  /** 0 or 1 per row. */
  readonly y: Uint8Array
  readonly score: Float64Array
  readonly threshold: number
  /** Groups below these sizes are left out, and said to be small. */
  readonly suppressBelow: number
  readonly flagBelow: number
}

const parts = 20

/**
 * Cuts at which decisions could be made, ascending, the present one among them: every twentieth for probabilities, and
 * the quantiles of the scores for anything else.
 */
export function cutsOf(score: Float64Array, threshold: number): number[] {
  const between = Array.from({ length: parts - 1 }, (_, i) => (i + 1) / parts)
  const probability = score.every((value) => value >= 0 && value <= 1)
  const sorted = probability ? undefined : score.slice().sort()
  const cuts = sorted ? between.map((share) => quantileSorted(sorted, share)) : between
  return [...new Set([...cuts, threshold])].sort((a, b) => a - b)
}

/** Counts of every group at every cut, one pass over the rows: selected where score >= cut. */
export function thresholdEffects(
  { y, score, threshold, suppressBelow, flagBelow }: Input,
  { codes, labels }: Attribute,
): ThresholdEffects {
  const cuts = cutsOf(score, threshold)
  const size = cuts.length + 1
  // A row stands in the place of the number of cuts that it reaches.
  const counts = new Float64Array(2 * size * labels.length)
  for (let row = 0; row < y.length; row++) {
    const place = 2 * (size * (codes[row] ?? 0) + reached(cuts, score[row] ?? 0)) + (y[row] ?? 0)
    counts[place] = (counts[place] ?? 0) + 1
  }
  const groups = labels.map((group, code) => ({ group, ...moved(counts.subarray(2 * size * code), size) }))
  const sum = (of: (each: Moved) => number) => groups.reduce((total, each) => total + of(each), 0)
  return {
    cuts,
    present: threshold,
    all: {
      n: sum(({ n }) => n),
      n_pos: sum((each) => each.n_pos),
      selected: cuts.map((_, i) => sum(({ selected }) => selected[i] ?? 0)),
      tp: cuts.map((_, i) => sum(({ tp }) => tp[i] ?? 0)),
    },
    groups: groups
      .filter(({ n }) => n >= suppressBelow)
      .map((each) => ({ ...each, state: each.n < flagBelow ? 'small' : 'ok' })),
  }
}

/** How many of the ascending cuts a score reaches. */
function reached(cuts: readonly number[], score: number): number {
  let low = 0
  let high = cuts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((cuts[middle] ?? 0) <= score) low = middle + 1
    else high = middle
  }
  return low
}

function moved(counts: Float64Array, size: number): Moved {
  const selected = new Array<number>(size).fill(0)
  const tp = new Array<number>(size).fill(0)
  for (let place = size - 1; place >= 0; place--) {
    const [others, positives] = [counts[2 * place] ?? 0, counts[2 * place + 1] ?? 0]
    selected[place] = (selected[place + 1] ?? 0) + others + positives
    tp[place] = (tp[place + 1] ?? 0) + positives
  }
  const [n = 0, ...atCuts] = selected
  const [n_pos = 0, ...caught] = tp
  return { n, n_pos, selected: atCuts, tp: caught }
}
