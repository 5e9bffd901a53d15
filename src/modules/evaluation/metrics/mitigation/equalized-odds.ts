import type { Confusion } from '../confusion.ts'

/** Chances of changing a decision by group, so that both error rates agree. */
export type EqualizingChanges = {
  /** Chance that a selected member stays selected, and that another one is selected. */
  readonly privileged: { readonly keep: number; readonly add: number }
  readonly unprivileged: { readonly keep: number; readonly add: number }
  readonly tpr: number
  readonly fpr: number
}

/**
 * Equalised odds by randomised changes of decisions (Hardt, Price & Srebro 2016; AIF360 EqOddsPostprocessing): the linear
 * program over four chances with two equations, solved at its corners. A diagnosis of what equality would cost, not an
 * action: it decides by chance and by group. Undefined when a group has one class only.
 */
export function equalizeOdds(privileged: Confusion, unprivileged: Confusion): EqualizingChanges | undefined {
  const [s, o] = [rates(privileged), rates(unprivileged)]
  if (!s || !o) return undefined
  // Rows: equal true positive rates, equal false positive rates. Columns: keep and add of each group.
  const equations = [
    [s.tpr, s.fnr, -o.tpr, -o.fnr],
    [s.fpr, s.tnr, -o.fpr, -o.tnr],
  ]
  const costs = [s.fpr - s.tpr, s.tnr - s.fnr, o.fpr - o.tpr, o.tnr - o.fnr]
  let best: number[] | undefined
  let least = Number.POSITIVE_INFINITY
  for (const corner of corners(equations)) {
    const cost = costs.reduce((sum, each, i) => sum + each * (corner[i] ?? 0), 0)
    if (cost < least - 1e-12) [best, least] = [corner, cost]
  }
  if (!best) return undefined
  const [keep = 0, add = 0, otherKeep = 0, otherAdd = 0] = best
  return {
    privileged: { keep, add },
    unprivileged: { keep: otherKeep, add: otherAdd },
    tpr: keep * s.tpr + add * s.fnr,
    fpr: keep * s.fpr + add * s.tnr,
  }
}

function rates({ tp, fp, tn, fn }: Confusion) {
  const [positives, negatives] = [tp + fn, fp + tn]
  if (positives === 0 || negatives === 0) return undefined
  return { tpr: tp / positives, fnr: fn / positives, fpr: fp / negatives, tnr: tn / negatives }
}

/** Points in the unit cube that solve both equations with two of the four at a bound. */
function* corners(equations: readonly (readonly number[])[]): Generator<number[]> {
  const tiny = 1e-9
  for (let a = 0; a < 4; a++)
    for (let b = a + 1; b < 4; b++) {
      const bound = [0, 1, 2, 3].filter((i) => i !== a && i !== b)
      for (const values of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ]) {
        const [first, second] = equations.map((row) =>
          bound.reduce((sum, i, k) => sum - (row[i] ?? 0) * (values[k] ?? 0), 0),
        )
        const [[p = 0, q = 0], [r = 0, t = 0]] = equations.map((row) => [row[a] ?? 0, row[b] ?? 0]) as [
          number[],
          number[],
        ]
        const determinant = p * t - q * r
        if (Math.abs(determinant) < 1e-15) continue
        const x = ((first ?? 0) * t - q * (second ?? 0)) / determinant
        const y = (p * (second ?? 0) - r * (first ?? 0)) / determinant
        if (x < -tiny || x > 1 + tiny || y < -tiny || y > 1 + tiny) continue
        const corner = [0, 0, 0, 0]
        for (const [k, i] of bound.entries()) corner[i] = values[k] ?? 0
        corner[a] = Math.min(1, Math.max(0, x))
        corner[b] = Math.min(1, Math.max(0, y))
        yield corner
      }
    }
}
