import type { Confusion } from './confusion.ts'
import { type Figure, none, ok } from './figure.ts'

/** Equal benefits: how many people hold how much. */
type Benefit = { readonly people: number; readonly benefit: number }

/** b = prediction - label + 1: 0 for a missed positive, 2 for a false one, 1 for the rest (Speicher et al. 2018). */
const benefits = ({ tp, fp, tn, fn }: Confusion): Benefit[] => [
  { people: fn, benefit: 0 },
  { people: tp + tn, benefit: 1 },
  { people: fp, benefit: 2 },
]

/** Generalised entropy of a distribution; alpha 1 is Theil's index with 0 ln 0 = 0. */
function entropy(shares: readonly Benefit[], alpha: number): Figure {
  const n = shares.reduce((sum, { people }) => sum + people, 0)
  if (n === 0) return none('no rows')
  const mean = shares.reduce((sum, { people, benefit }) => sum + people * benefit, 0) / n
  if (mean === 0) return none('nobody has any benefit')
  const held = shares.filter(({ people }) => people > 0).map(({ people, benefit }) => ({ people, r: benefit / mean }))
  if (alpha === 0 && held.some(({ r }) => r === 0)) return none('infinite: somebody has no benefit and alpha is 0')
  const term = (r: number) => {
    if (alpha === 0) return -Math.log(r)
    if (alpha === 1) return r === 0 ? 0 : r * Math.log(r)
    return (r ** alpha - 1) / (alpha * (alpha - 1))
  }
  return ok(held.reduce((sum, { people, r }) => sum + people * term(r), 0) / n, { n })
}

/** Generalised entropy of the benefits of predictions (AIF360 generalized_entropy_index). */
export function generalisedEntropy(counts: Confusion, alpha: number): Figure {
  return entropy(benefits(counts), alpha)
}

/** Theil's index of the benefits (AIF360 theil_index). */
export function theil(counts: Confusion): Figure {
  return generalisedEntropy(counts, 1)
}

/** The same on group means weighted by size (AIF360 between_group_generalized_entropy_index). */
export function betweenGroupEntropy(groups: readonly Confusion[], alpha: number): Figure {
  const means = groups.map((counts) => {
    const shares = benefits(counts)
    const people = shares.reduce((sum, each) => sum + each.people, 0)
    const held = shares.reduce((sum, each) => sum + each.people * each.benefit, 0)
    return { people, benefit: people === 0 ? 0 : held / people }
  })
  return entropy(means, alpha)
}

/** Square root of twice the entropy of order 2 (AIF360 coefficient_of_variation). */
export function coefficientOfVariation(entropyOfOrder2: Figure): Figure {
  return entropyOfOrder2.state === 'ok' ? ok(Math.sqrt(2 * entropyOfOrder2.value)) : entropyOfOrder2
}
