import { benjaminiHochberg, bonferroni, holm } from '../../../../lib/statistics/index.ts'
import { type Figure, none, numberOf, ok } from '../figure.ts'
import type { ColumnDrift } from './column.ts'

/** When a column counts as moved: a figure, and from which value on. */
export type DriftRule = { readonly figure: string; readonly at_least: number }

/** Effect sizes, not p-values: a tenth of a standard deviation, and a Jensen-Shannon distance of a tenth. */
export const standardRules: Readonly<Record<ColumnDrift['kind'], DriftRule>> = {
  numeric: { figure: 'wasserstein_normed', at_least: 0.1 },
  categorical: { figure: 'jensen_shannon', at_least: 0.1 },
}

export type TableDrift = {
  readonly columns: Readonly<
    Record<string, { readonly rule: DriftRule; readonly value: Figure; readonly moved: boolean | null }>
  >
  readonly moved: number
  readonly judged: number
  /** Of the columns that could be judged. */
  readonly share: Figure
  /** The share weighted by importance, where importances are known. */
  readonly weighted_share: Figure
  readonly drift: boolean | null
}

export type TableOptions = {
  readonly rules?: Readonly<Record<ColumnDrift['kind'], DriftRule>>
  /** Share of moved columns from which on the table counts as moved. */
  readonly atLeast?: number
  /** Not negative; columns that are left out weigh nothing. */
  readonly importance?: Readonly<Record<string, number>>
}

/** Whether a table moved: the share of its columns that did. A column without a figure decides nothing and is shown. */
export function tableDrift(
  drifts: Readonly<Record<string, ColumnDrift>>,
  { rules = standardRules, atLeast = 0.5, importance }: TableOptions = {},
): TableDrift {
  const columns = Object.fromEntries(
    Object.entries(drifts).map(([name, { kind, figures }]) => {
      const rule = rules[kind]
      const value = figures[rule.figure] ?? none(`${rule.figure} is not computed`)
      const number = numberOf(value)
      return [name, { rule, value, moved: number === undefined ? null : number >= rule.at_least }]
    }),
  )
  const judged = Object.entries(columns).filter(([, { moved }]) => moved !== null)
  const moved = judged.filter(([, column]) => column.moved)
  const share =
    judged.length > 0
      ? ok(moved.length / judged.length, { count: moved.length, n: judged.length })
      : none('no column could be judged')
  const weigh = (among: typeof judged) => among.reduce((sum, [name]) => sum + Math.max(0, importance?.[name] ?? 0), 0)
  const whole = weigh(judged)
  return {
    columns,
    moved: moved.length,
    judged: judged.length,
    share,
    weighted_share: whole > 0 ? ok(weigh(moved) / whole) : none('no importances are known'),
    drift: judged.length > 0 ? moved.length / judged.length >= atLeast : null,
  }
}

export type Correction = 'none' | 'bonferroni' | 'holm' | 'benjamini_hochberg'

/** p-values of one family, adjusted for their number. */
export function adjusted(p: readonly number[], correction: Correction): readonly number[] {
  switch (correction) {
    case 'none':
      return p
    case 'bonferroni':
      return bonferroni(p)
    case 'holm':
      return holm(p)
    case 'benjamini_hochberg':
      return benjaminiHochberg(p)
  }
}
