import { sql } from 'kysely'
import type { Db, Engine } from '../../../db/database.ts'
import { type Expression, sqlOf } from './expression.ts'
import type { RunCondition } from './run-filter.ts'
import { compareNumber, compareText, type Fragment } from './sql.ts'

/** Up to this many runs it is cheaper to take those that match and sort them than to walk through an order. */
const fewRuns = 3_000

/** A condition on a run. One on a metric comes with the table to look into, so that the order of tables can be chosen. */
export type Filter = { table?: Fragment; condition: Fragment }

export function filterOf(engine: Engine, expression: Expression<RunCondition>, runId: Fragment, index: number): Filter {
  if (expression.kind !== 'is' || expression.value.on !== 'metric') {
    return { condition: sqlOf(expression, (condition) => holdsFor(engine, condition)) }
  }
  const { key, comparator, value } = expression.value
  const alias = `f${index}`
  const compared = compareNumber(sql.ref(`${alias}.value`), comparator, value)
  return {
    table: sql`metric_latest as ${sql.ref(alias)}`,
    condition: sql`${sql.ref(`${alias}.run_id`)} = ${runId} and ${sql.ref(`${alias}.key`)} = ${key} and ${compared}`,
  }
}

function holdsFor(engine: Engine, condition: RunCondition): Fragment {
  switch (condition.on) {
    case 'metric':
      return sql`exists (select 1 from metric_latest m where m.run_id = r.id and m.key = ${condition.key} and
        ${compareNumber(sql.ref('m.value'), condition.comparator, condition.value)})`
    case 'param':
    case 'tag':
      return textCondition(engine, condition)
    case 'time':
      return compareNumber(sql.ref(`r.${condition.column}`), condition.comparator, condition.value)
    case 'text':
      return compareText(engine, sql.ref(`r.${condition.column}`), condition.comparator, condition.value)
    case 'dataset': {
      const compared = compareText(engine, sql.ref(`d.${condition.column}`), condition.comparator, condition.value)
      return sql`exists (select 1 from run_input d where d.run_id = r.id and ${compared})`
    }
  }
}

function textCondition(engine: Engine, condition: RunCondition & { on: 'param' | 'tag' }): Fragment {
  const { key, comparator, value } = condition
  const found = (compared: Fragment) =>
    sql`exists (select 1 from ${tableOf(condition)} t where t.run_id = r.id and t.key = ${key} and ${compared})`
  if (value === undefined) return comparator === 'IS NULL' ? sql`not ${found(sql`1 = 1`)}` : found(sql`1 = 1`)
  return found(compareText(engine, sql`t.value`, comparator, value))
}

/**
 * The condition that the fewest runs meet, as a query for their ids that an index of values answers; undefined when each is met by
 * many runs, or has no such index.
 */
export async function findPick(
  db: Db,
  experimentIds: readonly string[],
  conditions: readonly Expression<RunCondition>[],
): Promise<Fragment | undefined> {
  let best: { picks: readonly Fragment[]; runs: number } | undefined
  for (const condition of conditions) {
    const picks = picksOf(experimentIds, condition)
    if (!picks) continue
    const limited = sql`select count(*) as runs from (${allOf(picks)} limit ${fewRuns + 1}) as x`
    const { rows } = await sql<{ runs: number }>`${limited}`.execute(db)
    const runs = rows[0]?.runs ?? 0
    if (runs <= fewRuns && (!best || runs < best.runs)) best = { picks, runs }
  }
  if (!best || best.picks.length === 1) return best?.picks[0]
  return sql`select distinct run_id from (${allOf(best.picks)}) as x`
}

const allOf = (picks: readonly Fragment[]) => sql.join(picks, sql` union all `)

/** Queries whose runs together are all that can meet a condition: each branch of an OR needs one, and one part of an AND. */
function picksOf(experimentIds: readonly string[], expression: Expression<RunCondition>): Fragment[] | undefined {
  switch (expression.kind) {
    case 'is': {
      const pick = pickOf(experimentIds, expression.value)
      return pick && [pick]
    }
    case 'not':
      return undefined
    case 'or': {
      const branches = expression.of.map((part) => picksOf(experimentIds, part))
      return branches.every((branch) => branch !== undefined) ? branches.flat() : undefined
    }
    case 'and':
      return expression.of.map((part) => picksOf(experimentIds, part)).find((picks) => picks !== undefined)
  }
}

function pickOf(experimentIds: readonly string[], condition: RunCondition): Fragment | undefined {
  switch (condition.on) {
    case 'metric':
      if (condition.comparator === '!=') return undefined
      return sql`select p.run_id from metric_latest p where p.experiment_id in (${sql.join(experimentIds)})
        and p.key = ${condition.key} and ${compareNumber(sql`p.value`, condition.comparator, condition.value)}`
    case 'param':
    case 'tag':
      if (condition.comparator !== '=' || condition.value === undefined) return undefined
      return sql`select p.run_id from ${tableOf(condition)} p
        where p.key = ${condition.key} and p.head = ${headOf(condition.value)} and p.value = ${condition.value}`
    default:
      return undefined
  }
}

const tableOf = ({ on }: { on: 'param' | 'tag' }) => sql.table(on === 'tag' ? 'run_tag' : 'run_param')

/** The part of a value that its index has. */
export const headOf = (value: string) => value.slice(0, 100).toWellFormed()
