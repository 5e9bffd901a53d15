import { sql } from 'kysely'
import { insertMany } from '../../db/bulk.ts'
import type { Db, Engine, Tx } from '../../db/database.ts'
import type { TraceInfo } from './schema.ts'
import type { SpanRow, TraceTableRow, TraceTextRow } from './tables.ts'

/** Traces are measured points: written without an event. Only their deletion is one. */

export async function findTraces(db: Db, ids: readonly string[]): Promise<TraceTableRow[]> {
  return ids.length === 0 ? [] : db.selectFrom('trace').selectAll().where('id', 'in', ids).execute()
}

/** With tags and metadata, in the order of the rows. */
export async function withTexts(db: Db, rows: readonly TraceTableRow[]): Promise<TraceInfo[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const [tags, metadata] = await Promise.all([readTexts(db, 'trace_tag', ids), readTexts(db, 'trace_metadata', ids)])
  return rows.map(({ described_at: _, created_by: __, ...row }) => ({
    ...row,
    tags: tags.get(row.id) ?? [],
    metadata: metadata.get(row.id) ?? [],
  }))
}

type TextTable = 'trace_tag' | 'trace_metadata'

async function readTexts(db: Db, table: TextTable, ids: readonly string[]) {
  const rows = await db
    .selectFrom(table)
    .selectAll()
    .where('trace_id', 'in', ids)
    .orderBy('trace_id')
    .orderBy('key')
    .execute()
  const byTrace = new Map<string, { key: string; value: string }[]>()
  for (const { trace_id, key, value } of rows) {
    const known = byTrace.get(trace_id)
    if (known) known.push({ key, value })
    else byTrace.set(trace_id, [{ key, value }])
  }
  return byTrace
}

const traceColumns = [
  'id',
  'experiment_id',
  'request_time',
  'execution_duration',
  'state',
  'client_request_id',
  'request_preview',
  'response_preview',
  'described_at',
  'created_by',
] as const

const replaced = traceColumns.filter((name) => name !== 'id' && name !== 'created_by')

export async function upsertTraces(tx: Tx, engine: Engine, rows: readonly TraceTableRow[]): Promise<void> {
  const suffix = `on conflict (id) do update set ${replaced.map((name) => `${name} = excluded.${name}`).join(', ')}`
  const values = rows.map((row) => traceColumns.map((name) => row[name]))
  await insertMany(tx, engine, { table: 'trace', columns: traceColumns, suffix }, values)
}

/** `keep` leaves what is there; otherwise the newer value stands. A key may occur once only. */
export async function writeTexts(
  tx: Tx,
  engine: Engine,
  table: TextTable,
  rows: readonly TraceTextRow[],
  { keep = false }: { keep?: boolean } = {},
): Promise<void> {
  const suffix = `on conflict (trace_id, key) do ${keep ? 'nothing' : 'update set value = excluded.value'}`
  const values = rows.map(({ trace_id, key, value }) => [trace_id, key, value])
  await insertMany(tx, engine, { table, columns: ['trace_id', 'key', 'value'], suffix }, values)
}

export async function linkToRun(tx: Tx, engine: Engine, traces: readonly string[], run: string): Promise<void> {
  const target = { table: 'trace_run', columns: ['trace_id', 'run_id'], suffix: 'on conflict do nothing' }
  await insertMany(
    tx,
    engine,
    target,
    [...new Set(traces)].map((id) => [id, run]),
  )
}

export async function deleteTag(tx: Tx, traceId: string, key: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('trace_tag')
    .where('trace_id', '=', traceId)
    .where('key', '=', key)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

const spanColumns = [
  'trace_id',
  'id',
  'parent_id',
  'name',
  'type',
  'kind',
  'status',
  'start_nano',
  'end_nano',
  'content',
] as const

/** A span that is sent again, for instance when it ends, replaces what was known of it. */
export async function upsertSpans(tx: Tx, engine: Engine, rows: readonly SpanRow[]): Promise<void> {
  const changing = spanColumns.filter((name) => name !== 'trace_id' && name !== 'id')
  const suffix = `on conflict (trace_id, id) do update set ${changing.map((name) => `${name} = excluded.${name}`).join(', ')}`
  const values = rows.map((row) => spanColumns.map((name) => row[name]))
  await insertMany(tx, engine, { table: 'span', columns: spanColumns, suffix }, values)
}

export async function countSpans(db: Db, traceIds: readonly string[]): Promise<Map<string, number>> {
  if (traceIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('span')
    .select(({ fn }) => ['trace_id', fn.countAll<number>().as('spans')])
    .where('trace_id', 'in', traceIds)
    .groupBy('trace_id')
    .execute()
  return new Map(rows.map(({ trace_id, spans }) => [trace_id, spans]))
}

export async function readSpans(db: Db, traceIds: readonly string[]): Promise<Map<string, SpanRow[]>> {
  if (traceIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('span')
    .selectAll()
    .where('trace_id', 'in', traceIds)
    .orderBy('trace_id')
    .orderBy('start_nano')
    .orderBy('id')
    .execute()
  return Map.groupBy(rows, (row) => row.trace_id)
}

export async function readSpanOutlines(db: Db, traceId: string): Promise<Omit<SpanRow, 'content'>[]> {
  return db
    .selectFrom('span')
    .select(['trace_id', 'id', 'parent_id', 'name', 'type', 'kind', 'status', 'start_nano', 'end_nano'])
    .where('trace_id', '=', traceId)
    .orderBy('start_nano')
    .orderBy('id')
    .execute()
}

export async function findSpan(db: Db, traceId: string, id: string): Promise<SpanRow | undefined> {
  return db.selectFrom('span').selectAll().where('trace_id', '=', traceId).where('id', '=', id).executeTakeFirst()
}

export type Selection = { experiment_id: string; ids?: readonly string[]; until?: number; limit: number }

/** The ids of an experiment's traces, oldest first: those named, or those up to a moment. */
export async function selectIds(db: Db, { experiment_id, ids, until, limit }: Selection): Promise<string[]> {
  let query = db.selectFrom('trace').select('id').where('experiment_id', '=', experiment_id)
  if (ids) query = query.where('id', 'in', ids.length > 0 ? [...ids] : [''])
  if (until !== undefined) query = query.where('request_time', '<=', until)
  const rows = await query.orderBy('request_time').orderBy('id').limit(limit).execute()
  return rows.map(({ id }) => id)
}

/** A trace goes with everything that hangs on it. */
export async function deleteTraces(tx: Tx, ids: readonly string[]): Promise<void> {
  for (const table of ['span', 'trace_tag', 'trace_metadata', 'trace_assessment', 'trace_run'] as const) {
    await sql`delete from ${sql.table(table)} where trace_id in (${sql.join(ids)})`.execute(tx)
  }
  await tx.deleteFrom('trace').where('id', 'in', ids).execute()
}
