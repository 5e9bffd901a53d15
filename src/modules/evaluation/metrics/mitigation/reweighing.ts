import { type Figure, none, ok } from '../figure.ts'

export type Reweighing = {
  /** A cell for each group and label: how many rows, and the weight that each of them gets. */
  readonly cells: readonly {
    readonly group: string
    readonly label: 0 | 1
    readonly n: number
    readonly weight: Figure
  }[]
  /** The weight of every row, in their order; NaN nowhere, since every row is in a cell with rows. */
  readonly weights: Float64Array
}

/**
 * Weights under which label and group are independent: n_g n_y / (n n_gy) (Kamiran & Calders 2012; AIF360 Reweighing).
 * For training again: weighted, every group has the base rate of all. `codes` number the `labels` of the groups; rows
 * with a negative code have no group and keep weight 1.
 */
export function reweighing(y: Uint8Array, codes: Int32Array, labels: readonly string[]): Reweighing {
  const rows = new Float64Array(labels.length * 2)
  let [n, positives] = [0, 0]
  for (let i = 0; i < y.length; i++) {
    const code = codes[i] ?? -1
    if (code < 0) continue
    const label = y[i] ?? 0
    rows[code * 2 + label] = (rows[code * 2 + label] ?? 0) + 1
    n++
    positives += label
  }
  const weightOf = (code: number, label: 0 | 1) => {
    const inGroup = (rows[code * 2] ?? 0) + (rows[code * 2 + 1] ?? 0)
    return (inGroup * (label === 1 ? positives : n - positives)) / (n * (rows[code * 2 + label] ?? 0))
  }
  const cells = labels.flatMap((group, code) =>
    ([1, 0] as const).map((label) => {
      const count = rows[code * 2 + label] ?? 0
      return { group, label, n: count, weight: count > 0 ? ok(weightOf(code, label), { n: count }) : none('no rows') }
    }),
  )
  const weights = Float64Array.from(y, (label, i) => {
    const code = codes[i] ?? -1
    return code < 0 ? 1 : weightOf(code, label === 1 ? 1 : 0)
  })
  return { cells, weights }
}
