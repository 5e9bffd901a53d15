import { type Adjustment, type CountedGroup, compareWith, rateRatio } from './comparison.ts'
import { rate, rateValue, share } from './confusion.ts'
import { extremes } from './disparity.ts'
import type { GroupRow, ImpactRow } from './fairness-types.ts'
import { none, suppressed } from './figure.ts'

/**
 * Impact ratios: selection rate of a group over the highest one, with the four-fifths rule (29 CFR 1607.4 D; 6 RCNY 5-301).
 * Rule and shortfall are decided on whole numbers, so that exactly four fifths passes.
 */
export function impactRows(
  rows: readonly GroupRow[],
  shown: readonly CountedGroup[],
  adjustment: Adjustment,
): ImpactRow[] {
  const values = shown.flatMap(({ group, counts }) => {
    const value = rateValue('selection_rate', counts)
    return value === undefined ? [] : [{ group, value }]
  })
  const highest = extremes(values)?.highest.group ?? null
  const best = shown.find(({ group }) => group === highest)
  const comparisons = best ? compareWith('selection_rate', shown, best, adjustment) : []
  const state = new Map(rows.map((row) => [row.group, row.state]))
  return rows.map((row) => {
    const own = shown.find(({ group }) => group === row.group)
    const comparison = comparisons.find(({ group }) => group === row.group)
    const withheld = suppressed(`fewer rows than may be shown`)
    const judged = own && best ? fourFifths(own, best) : { passes: null, shortfall: null }
    return {
      group: row.group,
      n: row.n,
      share: row.share,
      state: row.state,
      selected: row.selected,
      selection_rate: own ? rate('selection_rate', own.counts) : withheld,
      versus: highest,
      versus_small: highest !== null && state.get(highest) === 'small',
      impact_ratio: own ? ratioTo(own, best) : withheld,
      ...judged,
      test: comparison?.test ?? null,
      p: comparison?.p ?? null,
      p_adjusted: comparison?.p_adjusted ?? null,
    }
  })
}

function ratioTo(own: CountedGroup, best: CountedGroup | undefined) {
  if (!best) return none('fewer than two groups to compare')
  if (share('selection_rate', best.counts)[0] === 0) return none('nobody selected')
  const figure = rateRatio('selection_rate', own.counts, best.counts)
  if (own.group !== best.group || figure.state !== 'ok') return figure
  // The highest group against itself is 1 by definition, not by estimate.
  return { state: 'ok' as const, value: 1 }
}

function fourFifths(own: CountedGroup, best: CountedGroup): { passes: boolean | null; shortfall: number | null } {
  const [selected, n] = share('selection_rate', own.counts)
  const [most, of] = share('selection_rate', best.counts)
  if (most === 0 || n === 0) return { passes: null, shortfall: null }
  const missing = 4 * most * n - 5 * selected * of
  return { passes: missing <= 0, shortfall: missing <= 0 ? 0 : Math.ceil(missing / (5 * of)) }
}
