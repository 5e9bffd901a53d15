import { sql } from 'kysely'
import type { Engine } from '../../../db/database.ts'
import type { RunOrder } from './order.ts'
import { byBytes, type Fragment, type SortColumn } from './sql.ts'

/**
 * A search runs in segments, by what the first order key says of a run: it has a number, it is NaN, it is missing. Within a
 * segment an index gives the order, and the page ends as soon as it is full. `lead` is the table `o0` whose index that is.
 */
export type Segment = { lead: Fragment | undefined; joins: Fragment[]; conditions: Fragment[]; columns: SortColumn[] }

export function segmentsOf(engine: Engine, experimentIds: readonly string[], orders: readonly RunOrder[]): Segment[] {
  const [first, ...others] = orders
  const rest: Segment = { lead: undefined, joins: [], conditions: [], columns: [] }
  for (const [index, order] of others.entries()) {
    const { join, columns } = sortedBy(engine, order, `o${index + 1}`)
    if (join) rest.joins.push(join)
    rest.columns.push(...columns)
  }
  const byTime = orders.some((order) => order.on === 'attribute' && order.column === 'start_time')
  if (!byTime) rest.columns.push({ expression: sql.ref('r.start_time'), descending: true })
  rest.columns.push({ expression: byBytes(engine, sql.ref('r.id')), descending: false })

  return (first ? firstSegments(engine, experimentIds, first) : [{}]).map((segment) => ({
    lead: segment.lead,
    joins: [...(segment.joins ?? []), ...rest.joins],
    conditions: segment.conditions ?? [],
    columns: [...(segment.columns ?? []), ...rest.columns],
  }))
}

function firstSegments(engine: Engine, experimentIds: readonly string[], order: RunOrder): Partial<Segment>[] {
  const { descending } = order
  switch (order.on) {
    case 'metric': {
      const lead = sql`metric_latest as o0`
      const keyed = sql`o0.experiment_id in (${sql.join(experimentIds)}) and o0.key = ${order.key}`
      const missing = sql`not exists (select 1 from metric_latest m where m.run_id = r.id and m.key = ${order.key})`
      return [
        { lead, conditions: [sql`${keyed} and o0.is_nan = 0`], columns: [{ expression: sql`o0.value`, descending }] },
        // NaN is stored as 0, where the index finds it.
        { lead, conditions: [sql`${keyed} and o0.value = 0 and o0.is_nan = 1`] },
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
