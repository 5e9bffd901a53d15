import { type RawBuilder, sql } from 'kysely'
import type { Engine } from '../../../db/database.ts'

export type Fragment = RawBuilder<unknown>

/** Texts compare by their bytes on both engines; PostgreSQL needs to be told. */
export const byBytes = (engine: Engine, text: Fragment): Fragment =>
  engine === 'postgres' ? sql`${text} collate "C"` : text

/** `LIKE` minds the case, `ILIKE` does not; `%` and `_` are the wildcards, and nothing escapes them. */
export function compareText(
  engine: Engine,
  text: Fragment,
  comparator: string,
  value: string | readonly string[],
): Fragment {
  const values = typeof value === 'string' ? [value] : value
  const single = values[0] ?? ''
  switch (comparator) {
    case 'LIKE':
      return engine === 'sqlite' ? sql`${text} glob ${globOf(single)}` : sql`${text} like ${single} escape ''`
    case 'ILIKE':
      return engine === 'sqlite' ? sql`${text} like ${single}` : sql`${text} ilike ${single} escape ''`
    case 'IN':
      return sql`${text} in (${sql.join(values)})`
    case 'NOT IN':
      return sql`${text} not in (${sql.join(values)})`
    case '!=':
      return sql`${text} <> ${single}`
    default:
      return sql`${text} = ${single}`
  }
}

export function compareNumber(number: Fragment, comparator: string, value: number): Fragment {
  return sql`${number} ${numberSigns[comparator] ?? sql`=`} ${value}`
}

const numberSigns: Readonly<Record<string, Fragment>> = {
  '>': sql`>`,
  '>=': sql`>=`,
  '<': sql`<`,
  '<=': sql`<=`,
  '!=': sql`<>`,
  '=': sql`=`,
}

const globOf = (pattern: string) => pattern.replace(/[*?[]/g, '[$&]').replaceAll('%', '*').replaceAll('_', '?')

export const and = (conditions: readonly Fragment[]): Fragment =>
  conditions.length === 0 ? sql`1 = 1` : sql.join(conditions, sql` and `)

export type SortColumn = { expression: Fragment; descending: boolean }

export const orderBy = (columns: readonly SortColumn[]): Fragment =>
  sql.join(columns.map(({ expression, descending }) => (descending ? sql`${expression} desc` : sql`${expression} asc`)))

/**
 * Everything that comes after a row with these values. The bound on the first column is said once more outside, so that an
 * index can begin there.
 */
export function after(columns: readonly SortColumn[], values: readonly (string | number)[]): Fragment {
  const [first] = columns
  if (!first) return sql`1 = 0`
  const bound = first.descending ? sql`${first.expression} <= ${values[0]}` : sql`${first.expression} >= ${values[0]}`
  return sql`${bound} and (${beyond(columns, values, 0)})`
}

function beyond(columns: readonly SortColumn[], values: readonly (string | number)[], at: number): Fragment {
  const column = columns[at]
  if (!column) return sql`1 = 0`
  const value = values[at]
  const further = column.descending ? sql`${column.expression} < ${value}` : sql`${column.expression} > ${value}`
  if (at === columns.length - 1) return further
  return sql`${further} or (${column.expression} = ${value} and (${beyond(columns, values, at + 1)}))`
}
