import { benjaminiHochberg, compareProportions, holm, logRatio, newcombe } from '../../../lib/statistics/index.ts'
import { type Confusion, type RateName, share } from './confusion.ts'
import { type Figure, none, ok } from './figure.ts'

export type Adjustment = 'holm' | 'benjamini_hochberg'

/** A group's rate set beside another group's: signed difference and ratio, and how surprising they are. */
export type Comparison = {
  readonly group: string
  readonly versus: string
  readonly difference: Figure
  readonly ratio: Figure
  readonly test: 'two_proportion_z' | 'fisher_exact'
  readonly p: number
  /** Adjusted over all comparisons of this rate in this attribute. */
  readonly p_adjusted: number
}

export type CountedGroup = { readonly group: string; readonly counts: Confusion }

/** Signed difference a - b of a rate with Newcombe's interval; undefined where either side has no denominator. */
export function rateDifference(name: RateName, a: Confusion, b: Confusion): Figure {
  const [x1, n1] = share(name, a)
  const [x2, n2] = share(name, b)
  if (n1 === 0 || n2 === 0) return none(`${name} is undefined on one side`)
  return ok(x1 / n1 - x2 / n2, { interval: newcombe(x1, n1, x2, n2) })
}

/** Ratio a / b of a rate with its log interval; undefined where a side has no denominator or b is 0. */
export function rateRatio(name: RateName, a: Confusion, b: Confusion): Figure {
  const [x1, n1] = share(name, a)
  const [x2, n2] = share(name, b)
  if (n1 === 0 || n2 === 0) return none(`${name} is undefined on one side`)
  if (x2 === 0) return none(`${name} is 0 in the group compared with`)
  return ok(x1 / n1 / (x2 / n2), { interval: logRatio(x1, n1, x2, n2) })
}

/** Every other group with a defined rate against one group; p-values adjusted as one family. */
export function compareWith(
  name: RateName,
  groups: readonly CountedGroup[],
  versus: CountedGroup,
  adjustment: Adjustment,
): Comparison[] {
  const [x2, n2] = share(name, versus.counts)
  if (n2 === 0) return []
  const others = groups.filter(({ group, counts }) => group !== versus.group && share(name, counts)[1] > 0)
  const tests = others.map(({ counts }) => compareProportions(...share(name, counts), x2, n2))
  const p = tests.map((each) => each.p)
  const adjusted = adjustment === 'holm' ? holm(p) : benjaminiHochberg(p)
  return others.map(({ group, counts }, i) => ({
    group,
    versus: versus.group,
    difference: rateDifference(name, counts, versus.counts),
    ratio: rateRatio(name, counts, versus.counts),
    test: tests[i]?.test ?? 'fisher_exact',
    p: p[i] ?? 1,
    p_adjusted: adjusted[i] ?? 1,
  }))
}
