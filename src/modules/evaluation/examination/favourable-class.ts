import { badRequest } from '../../../lib/errors.ts'

/**
 * Finds which of two probability columns belongs to the favourable label. A model whose labels are 0 and 1 has them in that
 * order, and 1 is the favourable one unless the protocol says 0. A model with labels of its own shows their order by
 * naming, row by row, the label whose probability is higher.
 */
export class ClassVotes {
  /** By label of the model: rows in which the first, and in which the second probability was the higher one. */
  readonly #votes = new Map<string, [number, number]>()

  add(labels: readonly string[], first: Float64Array, second: Float64Array): void {
    labels.forEach((label, row) => {
      const votes = this.#votes.get(label) ?? [0, 0]
      votes[(second[row] ?? 0) > (first[row] ?? 0) ? 1 : 0]++
      this.#votes.set(label, votes)
      if (this.#votes.size > 2) throw badRequest('the model names more than two labels, and this protocol is for two')
    })
  }

  columnOf(positive: string | number): 0 | 1 {
    const favourable = String(positive)
    const labels = [...this.#votes.keys()].sort()
    if (labels.every((label) => label === '0' || label === '1')) return favourable === '0' ? 0 : 1
    const own = this.#votes.get(favourable)
    if (own) return own[1] >= own[0] ? 1 : 0
    const [other] = labels
    const votes = other === undefined ? undefined : this.#votes.get(other)
    if (labels.length === 1 && votes) return votes[1] >= votes[0] ? 0 : 1
    const named = labels.map((label) => `"${label}"`).join(' and ')
    throw badRequest(
      `the model's labels are ${named}, and "${favourable}", the favourable one of the protocol, is not among them`,
    )
  }
}
