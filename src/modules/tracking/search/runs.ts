import { sql } from 'kysely'
import type { Db, Engine } from '../../../db/database.ts'
import { parseRunOrder, type RunOrder } from './order.ts'
import { readPageToken, writePageToken } from './page-token.ts'
import { parseRunFilter, type RunCondition } from './run-filter.ts'
import { after, and, byBytes, compareNumber, compareText, type Fragment, orderBy, type SortColumn } from './sql.ts'
import { type View, viewCondition } from './view.ts'

export type RunQuery = {
  experiment_ids: readonly string[]
  view: View
  filter: string
  order_by: readonly string[]
  max_results: number
  page_token?: string | undefined
}

/**
 * A search runs in segments, by what the first order key says of a run: it has a number, it is NaN, it is missing. Within a
 * segment the index of the values gives the order, and the page ends as soon as it is full.
 */
type Segment = { joins: Fragment[]; conditions: Fragment[]; columns: SortColumn[] }

/** The ids of the runs on a page, in order. */
export async function searchRunIds(
  db: Db,
  engine: Engine,
  query: RunQuery,
): Promise<{ ids: string[]; next_page_token: string | undefined }> {
  const conditions = parseRunFilter(query.filter)
  const orders = parseRunOrder(query.order_by)
  const segments = segmentsOf(engine, query.experiment_ids, orders)
  const place = readPageToken(query.page_token, (segment) => segments[segment]?.columns.length ?? -1)
  if (query.experiment_ids.length === 0) return { ids: [], next_page_token: undefined }

  const found: { id: string; place: { s: number; v: (string | number)[] } }[] = []
  for (const [index, segment] of segments.entries()) {
    const wanted = query.max_results + 1 - found.length
    if (wanted <= 0) break
    if (place && index < place.s) continue
    const start = place && index === place.s ? [after(segment.columns, place.v)] : []
    const rows = await selectSegment(db, engine, { query, conditions, segment, start, wanted })
    for (const row of rows) {
      const v = segment.columns.map((_, column) => row[`c${column}`] as string | number)
      found.push({ id: String(row.id), place: { s: index, v } })
    }
  }
  const page = found.slice(0, query.max_results)
  const last = page.at(-1)
  return {
    ids: page.map(({ id }) => id),
    next_page_token: found.length > query.max_results && last ? writePageToken(last.place) : undefined,
  }
}

async function selectSegment(
  db: Db,
  engine: Engine,
  parts: { query: RunQuery; conditions: RunCondition[]; segment: Segment; start: Fragment[]; wanted: number },
): Promise<Record<string, unknown>[]> {
  const { query, conditions, segment, start, wanted } = parts
  const filters = conditions.map((condition, index) => filterOf(engine, query.experiment_ids, condition, index))
  const columns = segment.columns.map(({ expression }, index) => sql`${expression} as ${sql.ref(`c${index}`)}`)
  const joins = [...segment.joins, ...filters.flatMap(({ join }) => (join ? [join] : []))]
  const where = [
    sql`r.experiment_id in (${sql.join(query.experiment_ids)})`,
    viewCondition(sql.ref('r.lifecycle_stage'), query.view),
    ...segment.conditions,
    ...filters.flatMap(({ condition }) => (condition ? [condition] : [])),
    ...start,
  ]
  const result = await sql<Record<string, unknown>>`
    select r.id, ${sql.join(columns)} from run r ${sql.join(joins, sql` `)}
    where ${and(where)} order by ${orderBy(segment.columns)} limit ${wanted}
  `.execute(db)
  return result.rows
}

function filterOf(
  engine: Engine,
  experimentIds: readonly string[],
  condition: RunCondition,
  index: number,
): { join?: Fragment; condition?: Fragment } {
  switch (condition.on) {
    case 'metric': {
      const alias = `f${index}`
      const compared = compareNumber(sql.ref(`${alias}.value`), condition.comparator, condition.value)
      return {
        join: sql`join metric_latest as ${sql.ref(alias)} on ${sql.ref(`${alias}.run_id`)} = r.id`,
        condition: sql`${sql.ref(`${alias}.experiment_id`)} in (${sql.join(experimentIds)})
          and ${sql.ref(`${alias}.key`)} = ${condition.key} and ${compared}`,
      }
    }
    case 'param':
    case 'tag':
      return { condition: textCondition(engine, condition) }
    case 'time':
      return { condition: compareNumber(sql.ref(`r.${condition.column}`), condition.comparator, condition.value) }
    case 'text':
      return { condition: compareText(engine, sql.ref(`r.${condition.column}`), condition.comparator, condition.value) }
    case 'dataset': {
      const compared = compareText(engine, sql.ref(`d.${condition.column}`), condition.comparator, condition.value)
      return { condition: sql`exists (select 1 from run_input d where d.run_id = r.id and ${compared})` }
    }
  }
}

function textCondition(engine: Engine, condition: RunCondition & { on: 'param' | 'tag' }): Fragment {
  const { key, comparator, value } = condition
  const table = sql.table(condition.on === 'tag' ? 'run_tag' : 'run_param')
  if (value === undefined) {
    const found = sql`exists (select 1 from ${table} t where t.run_id = r.id and t.key = ${key})`
    return comparator === 'IS NULL' ? sql`not ${found}` : found
  }
  if (comparator === '=') {
    return sql`r.id in (select t.run_id from ${table} t
      where t.key = ${key} and t.head = ${headOf(value)} and t.value = ${value})`
  }
  const compared = compareText(engine, sql`t.value`, comparator, value)
  return sql`exists (select 1 from ${table} t where t.run_id = r.id and t.key = ${key} and ${compared})`
}

/** The part of a value that its index has. */
export const headOf = (value: string) => value.slice(0, 100).toWellFormed()

function segmentsOf(engine: Engine, experimentIds: readonly string[], orders: readonly RunOrder[]): Segment[] {
  const [first, ...others] = orders
  const rest: Segment = { joins: [], conditions: [], columns: [] }
  for (const [index, order] of others.entries()) {
    const { join, columns } = sortedBy(engine, order, `o${index + 1}`)
    if (join) rest.joins.push(join)
    rest.columns.push(...columns)
  }
  const byTime = orders.some((order) => order.on === 'attribute' && order.column === 'start_time')
  if (!byTime) rest.columns.push({ expression: sql.ref('r.start_time'), descending: true })
  rest.columns.push({ expression: byBytes(engine, sql.ref('r.id')), descending: false })

  return (first ? firstSegments(engine, experimentIds, first) : [{}]).map((segment) => ({
    joins: [...(segment.joins ?? []), ...rest.joins],
    conditions: segment.conditions ?? [],
    columns: [...(segment.columns ?? []), ...rest.columns],
  }))
}

function firstSegments(engine: Engine, experimentIds: readonly string[], order: RunOrder): Partial<Segment>[] {
  const { descending } = order
  switch (order.on) {
    case 'metric': {
      const join = sql`join metric_latest as o0 on o0.run_id = r.id`
      const keyed = sql`o0.experiment_id in (${sql.join(experimentIds)}) and o0.key = ${order.key}`
      const missing = sql`not exists (select 1 from metric_latest m where m.run_id = r.id and m.key = ${order.key})`
      return [
        {
          joins: [join],
          conditions: [sql`${keyed} and o0.is_nan = 0`],
          columns: [{ expression: sql`o0.value`, descending }],
        },
        { joins: [join], conditions: [sql`${keyed} and o0.is_nan = 1`] },
        { conditions: [missing] },
      ]
    }
    case 'param':
    case 'tag': {
      const table = sql.table(order.on === 'tag' ? 'run_tag' : 'run_param')
      const expression = byBytes(engine, sql`o0.value`)
      return [
        {
          joins: [sql`join ${table} as o0 on o0.run_id = r.id and o0.key = ${order.key}`],
          columns: [{ expression, descending }],
        },
        { conditions: [sql`not exists (select 1 from ${table} m where m.run_id = r.id and m.key = ${order.key})`] },
      ]
    }
    case 'attribute': {
      const column = sql.ref(`r.${order.column}`)
      if (order.column !== 'end_time') return [{ columns: sortedBy(engine, order, 'o0').columns }]
      return [
        { conditions: [sql`${column} is not null`], columns: [{ expression: column, descending }] },
        { conditions: [sql`${column} is null`] },
      ]
    }
  }
}

/** A further order key: what is missing comes last, NaN before it, in both directions. */
function sortedBy(engine: Engine, order: RunOrder, alias: string): { join?: Fragment; columns: SortColumn[] } {
  const { descending } = order
  const value = sql.ref(`${alias}.value`)
  switch (order.on) {
    case 'metric': {
      const table = sql.ref(alias)
      const isNan = sql.ref(`${alias}.is_nan`)
      return {
        join: sql`left join metric_latest as ${table} on ${sql.ref(`${alias}.run_id`)} = r.id and ${sql.ref(`${alias}.key`)} = ${order.key}`,
        columns: [
          { expression: sql`coalesce(${isNan}, 2)`, descending: false },
          { expression: sql`coalesce(${value}, 0)`, descending },
        ],
      }
    }
    case 'param':
    case 'tag': {
      const table = sql.table(order.on === 'tag' ? 'run_tag' : 'run_param')
      return {
        join: sql`left join ${table} as ${sql.ref(alias)} on ${sql.ref(`${alias}.run_id`)} = r.id and ${sql.ref(`${alias}.key`)} = ${order.key}`,
        columns: [
          { expression: sql`case when ${value} is null then 1 else 0 end`, descending: false },
          { expression: byBytes(engine, sql`coalesce(${value}, '')`), descending },
        ],
      }
    }
    case 'attribute': {
      const column = sql.ref(`r.${order.column}`)
      switch (order.column) {
        case 'start_time':
          return { columns: [{ expression: column, descending }] }
        case 'end_time':
          return {
            columns: [
              { expression: sql`case when ${column} is null then 1 else 0 end`, descending: false },
              { expression: sql`coalesce(${column}, 0)`, descending },
            ],
          }
        default:
          return { columns: [{ expression: byBytes(engine, column), descending }] }
      }
    }
  }
}
