import { sql } from 'kysely'
import type { Db, Engine } from '../../../db/database.ts'
import { filterOf, findPick } from './conditions.ts'
import { conjuncts, type Expression } from './expression.ts'
import { parseRunOrder } from './order.ts'
import { readPageToken, writePageToken } from './page-token.ts'
import { parseRunFilter, type RunCondition } from './run-filter.ts'
import { type Segment, segmentsOf } from './segments.ts'
import { after, and, type Fragment, orderBy } from './sql.ts'
import { type View, viewCondition } from './view.ts'

export type RunQuery = {
  experiment_ids: readonly string[]
  view: View
  filter: string
  order_by: readonly string[]
  max_results: number
  page_token?: string | undefined
}

/** The ids of the runs on a page, in order. */
export async function searchRunIds(
  db: Db,
  engine: Engine,
  query: RunQuery,
): Promise<{ ids: string[]; next_page_token: string | undefined }> {
  const conditions = conjuncts(parseRunFilter(query.filter))
  const segments = segmentsOf(engine, query.experiment_ids, parseRunOrder(query.order_by))
  const place = readPageToken(query.page_token, (segment) => segments[segment]?.columns.length ?? -1)
  if (query.experiment_ids.length === 0) return { ids: [], next_page_token: undefined }

  const pick = await findPick(db, query.experiment_ids, conditions)
  const general = [
    sql`r.experiment_id in (${sql.join(query.experiment_ids)})`,
    viewCondition(sql.ref('r.lifecycle_stage'), query.view),
  ]
  const found: { id: string; place: { s: number; v: (string | number)[] } }[] = []
  for (const [index, segment] of segments.entries()) {
    const wanted = query.max_results + 1 - found.length
    if (wanted <= 0) break
    if (place && index < place.s) continue
    const start = place && index === place.s ? [after(segment.columns, place.v)] : []
    const rows = await selectSegment(db, engine, { segment, pick, conditions, others: [...general, ...start], wanted })
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

type SegmentQuery = {
  segment: Segment
  pick: Fragment | undefined
  conditions: readonly Expression<RunCondition>[]
  others: readonly Fragment[]
  wanted: number
}

/**
 * What narrows most comes first, and the row of the run last. `cross join` makes SQLite go through the tables in the order
 * written; PostgreSQL finds its own.
 */
async function selectSegment(db: Db, engine: Engine, parts: SegmentQuery): Promise<Record<string, unknown>[]> {
  const { segment, pick, wanted } = parts
  const run = sql`run as r`
  const leading = pick ? sql`(${pick}) as pick` : segment.lead
  const runId = pick ? sql`pick.run_id` : segment.lead ? sql`o0.run_id` : sql`r.id`
  const filters = parts.conditions.map((condition, index) => filterOf(engine, condition, runId, index))
  const tables = [
    leading ?? run,
    ...filters.flatMap(({ table }) => table ?? []),
    ...(leading ? [run] : []),
    ...(pick && segment.lead ? [segment.lead] : []),
  ]
  const conditions = [
    ...(leading ? [sql`r.id = ${runId}`] : []),
    ...(pick && segment.lead ? [sql`o0.run_id = r.id`] : []),
    ...segment.conditions,
    ...filters.map(({ condition }) => condition),
    ...parts.others,
  ]
  const columns = segment.columns.map(({ expression }, index) => sql`${expression} as ${sql.ref(`c${index}`)}`)
  const result = await sql<Record<string, unknown>>`
    select r.id, ${sql.join(columns)} from ${sql.join(tables, sql` cross join `)} ${sql.join(segment.joins, sql` `)}
    where ${and(conditions)} order by ${orderBy(segment.columns)} limit ${wanted}
  `.execute(db)
  return result.rows
}
