import { sql } from 'kysely'
import type { Db, Engine } from '../../db/database.ts'
import { badRequest } from '../../lib/errors.ts'
import {
  after,
  and,
  byBytes,
  filterSql,
  orderBy,
  readOrder,
  readPageToken,
  type SortColumn,
  splitName,
  writePageToken,
} from '../tracking/index.ts'
import { conditionOf, numberColumns, textColumns } from './conditions.ts'
import type { TraceTableRow } from './tables.ts'

export type TraceQuery = {
  experiment_ids: readonly string[]
  filter: string
  order_by: readonly string[]
  max_results: number
  page_token?: string | undefined
}

/** One page of traces, newest first unless an order is asked for. */
export async function searchTraces(
  db: Db,
  engine: Engine,
  query: TraceQuery,
): Promise<{ rows: TraceTableRow[]; next_page_token: string | undefined }> {
  const columns = sortColumns(engine, query.order_by)
  const place = readPageToken(query.page_token, () => columns.length)
  const filter = filterSql(query.filter, (clause) => conditionOf(engine, clause))
  if (query.experiment_ids.length === 0) return { rows: [], next_page_token: undefined }
  const conditions = [
    sql`t.experiment_id in (${sql.join(query.experiment_ids)})`,
    filter,
    ...(place ? [after(columns, place.v)] : []),
  ]
  const sorted = columns.map(({ expression }, index) => sql`${expression} as ${sql.ref(`c${index}`)}`)
  const found = await sql<TraceTableRow & Record<`c${number}`, string | number>>`
    select t.*, ${sql.join(sorted)} from trace t where ${and(conditions)}
    order by ${orderBy(columns)} limit ${query.max_results + 1}
  `.execute(db)
  const page = found.rows.slice(0, query.max_results)
  const last = page.at(-1)
  const next = found.rows.length > page.length && last
  return {
    rows: page.map((row) => plainRow(row)),
    next_page_token: next ? writePageToken({ s: 0, v: columns.map((_, index) => last[`c${index}`] ?? '') }) : undefined,
  }
}

function plainRow(row: TraceTableRow): TraceTableRow {
  const { id, experiment_id, request_time, execution_duration, state, client_request_id } = row
  const { request_preview, response_preview, described_at, created_by } = row
  return {
    id,
    experiment_id,
    request_time,
    execution_duration,
    state,
    client_request_id,
    request_preview,
    response_preview,
    described_at,
    created_by,
  }
}

function sortColumns(engine: Engine, order: readonly string[]): SortColumn[] {
  const columns = order.flatMap((text) => sorted(engine, text))
  const byTime = order.length === 0 ? [{ expression: sql.ref('t.request_time'), descending: true }] : []
  return [...columns, ...byTime, { expression: byBytes(engine, sql.ref('t.id')), descending: false }]
}

/** What has no value comes last in both directions. */
function sorted(engine: Engine, text: string): SortColumn[] {
  const { name, descending } = readOrder(text)
  const { entity, key } = splitName(name)
  if (entity !== undefined && !['attribute', 'attributes', 'trace'].includes(entity)) {
    throw badRequest(`Invalid order_by entity: ${entity}`)
  }
  if (key === 'experiment_id') return [{ expression: byBytes(engine, sql.ref('t.experiment_id')), descending }]
  const number = numberColumns.get(key)
  if (number === 'request_time') return [{ expression: sql.ref('t.request_time'), descending }]
  if (number !== undefined) {
    return [
      { expression: sql`case when t.execution_duration is null then 1 else 0 end`, descending: false },
      { expression: sql`coalesce(t.execution_duration, 0)`, descending },
    ]
  }
  const column = textColumns.get(key)
  if (column === undefined) {
    const known = [...numberColumns.keys(), ...textColumns.keys(), 'experiment_id']
    throw badRequest(
      `Invalid attribute key '${key}' specified. Valid keys are '{${known.map((each) => `'${each}'`).join(', ')}}'`,
    )
  }
  return [{ expression: byBytes(engine, sql`coalesce(${sql.ref(`t.${column}`)}, '')`), descending }]
}
