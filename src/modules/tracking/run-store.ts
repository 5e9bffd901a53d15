import { sql } from 'kysely'
import { insertMany } from '../../db/bulk.ts'
import type { Db, Engine, Tx } from '../../db/database.ts'
import type { Digest } from '../../lib/ids.ts'
import type { PersonId } from '../audit/schema.ts'
import type { MetricPoint, MetricValue, Run, RunInput } from './schema.ts'
import type { InputRow, PointRow, RunRow } from './tables.ts'

/** Ids in one query; more would pass the engines' limits for parameters. */
const idsPerQuery = 1000

export async function findRunRow(db: Db, id: string): Promise<RunRow | undefined> {
  return db.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function insertRun(tx: Tx, row: RunRow): Promise<void> {
  await tx.insertInto('run').values(row).execute()
}

export async function updateRun(
  tx: Tx,
  id: string,
  change: Partial<Pick<RunRow, 'name' | 'status' | 'end_time' | 'lifecycle_stage' | 'seal' | 'deleted_at'>>,
): Promise<void> {
  await tx.updateTable('run').set(change).where('id', '=', id).execute()
}

export async function addContributor(tx: Tx, runId: string, actorId: string): Promise<void> {
  await tx
    .insertInto('run_contributor')
    .values({ run_id: runId, actor_id: actorId })
    .onConflict((c) => c.doNothing())
    .execute()
}

export async function contributorsOf(db: Db, runId: string): Promise<PersonId[]> {
  const rows = await db
    .selectFrom('run_contributor')
    .select('actor_id')
    .where('run_id', '=', runId)
    .orderBy('actor_id')
    .execute()
  return rows.map(({ actor_id }) => actor_id as PersonId)
}

export async function readTag(db: Db, runId: string, key: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('run_tag')
    .select('value')
    .where('run_id', '=', runId)
    .where('key', '=', key)
    .executeTakeFirst()
  return row?.value
}

export async function deleteTag(tx: Tx, runId: string, key: string): Promise<boolean> {
  const result = await tx.deleteFrom('run_tag').where('run_id', '=', runId).where('key', '=', key).executeTakeFirst()
  return result.numDeletedRows > 0n
}

export async function insertInputs(tx: Tx, engine: Engine, rows: readonly InputRow[]): Promise<void> {
  const target = { table: 'run_input', columns: inputColumns, suffix: 'on conflict do nothing' }
  const values = rows.map((row) => inputColumns.map((column) => row[column]))
  await insertMany(tx, engine, target, values)
}

export async function countInputs(db: Db, runId: string): Promise<number> {
  const { inputs } = await db
    .selectFrom('run_input')
    .select(({ fn }) => fn.countAll<number>().as('inputs'))
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow()
  return inputs
}

export const inputColumns = [
  'run_id',
  'name',
  'digest',
  'experiment_id',
  'position',
  'source_type',
  'source',
  'schema',
  'profile',
  'context',
  'tags',
] as const

/** Whole runs in the order of the ids; ids that are not known are left out. */
export async function readRuns(db: Db, ids: readonly string[]): Promise<Run[]> {
  const runs: Run[] = []
  for (let from = 0; from < ids.length; from += idsPerQuery) {
    runs.push(...(await readSome(db, ids.slice(from, from + idsPerQuery))))
  }
  return runs
}

async function readSome(db: Db, ids: readonly string[]): Promise<Run[]> {
  // PostgreSQL answers them side by side.
  const [rows, latest, params, tags, inputs, models] = await Promise.all([
    db.selectFrom('run').selectAll().where('id', 'in', ids).execute(),
    db
      .selectFrom('metric_latest')
      .select(['run_id', 'key', 'value', 'is_nan', 'step', 'timestamp'])
      .where('run_id', 'in', ids)
      .orderBy('run_id')
      .orderBy('key')
      .execute(),
    db
      .selectFrom('run_param')
      .select(['run_id', 'key', 'value'])
      .where('run_id', 'in', ids)
      .orderBy('run_id')
      .orderBy('key')
      .execute(),
    db
      .selectFrom('run_tag')
      .select(['run_id', 'key', 'value'])
      .where('run_id', 'in', ids)
      .orderBy('run_id')
      .orderBy('key')
      .execute(),
    db.selectFrom('run_input').selectAll().where('run_id', 'in', ids).orderBy('run_id').orderBy('position').execute(),
    db
      .selectFrom('run_model as x')
      .innerJoin('logged_model as m', 'm.id', 'x.model_id')
      .select(['x.run_id', 'x.direction', 'x.model_id', 'x.step', 'm.name', 'm.model_type', 'm.status'])
      .where('x.run_id', 'in', ids)
      .orderBy('x.run_id')
      .orderBy('x.position')
      .orderBy('x.model_id')
      .execute(),
  ])

  const byId = new Map(rows.map((row) => [row.id, toRun(row)]))
  for (const row of latest) {
    const { key, step, timestamp } = row
    byId.get(row.run_id)?.metrics.push({ key, value: metricValue(row), step, timestamp })
  }
  for (const { run_id, key, value } of params) byId.get(run_id)?.params.push({ key, value })
  for (const { run_id, key, value } of tags) byId.get(run_id)?.tags.push({ key, value })
  for (const row of inputs) byId.get(row.run_id)?.inputs.push(toInput(row))
  for (const { run_id, direction, ...model } of models) {
    const run = byId.get(run_id)
    const list = direction === 'input' ? run?.model_inputs : run?.outputs
    list?.push(model)
  }
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** With what the row has: no metrics, parameters, tags, inputs and models. */
export function toRun(row: RunRow): Run {
  return {
    id: row.id,
    experiment_id: row.experiment_id,
    name: row.name,
    status: row.status,
    user: row.user_name,
    start_time: row.start_time,
    end_time: row.end_time,
    artifact_uri: row.artifact_uri,
    lifecycle_stage: row.lifecycle_stage,
    metrics: [],
    params: [],
    tags: [],
    inputs: [],
    model_inputs: [],
    outputs: [],
    seal: row.seal as Digest | null,
    created_by: row.created_by as PersonId,
  }
}

function toInput(row: InputRow): RunInput {
  const { name, digest, source_type, source, schema, profile } = row
  return { name, digest, source_type, source, schema, profile, tags: JSON.parse(row.tags) as RunInput['tags'] }
}

/** How many points each series of a run has. */
export async function countPoints(db: Db, runId: string): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('metric_latest as l')
    .innerJoin('metric_point as p', 'p.series', 'l.series')
    .select(({ fn }) => ['l.key', fn.countAll<number>().as('points')])
    .where('l.run_id', '=', runId)
    .groupBy('l.key')
    .execute()
  return new Map(rows.map(({ key, points }) => [key, points]))
}

/**
 * A curve for a picture: at most two points (the lowest and the highest) for each of equally wide ranges of steps, so that peaks
 * stay visible.
 */
export async function readCurve(db: Db, runId: string, key: string, mostPoints: number): Promise<MetricPoint[]> {
  const extent = await db
    .selectFrom('metric_point as p')
    .innerJoin('metric_latest as l', 'l.series', 'p.series')
    .select(({ fn }) => [
      'p.series',
      fn.countAll<number>().as('points'),
      fn.min('p.step').as('from'),
      fn.max('p.step').as('to'),
    ])
    .where('l.run_id', '=', runId)
    .where('l.key', '=', key)
    .groupBy('p.series')
    .executeTakeFirst()
  if (!extent) return []
  const all = db.selectFrom('metric_point as p').where('p.series', '=', extent.series)
  const ordered = ['p.step', 'p.timestamp', 'p.value', 'p.is_nan'] as const
  if (extent.points <= mostPoints || extent.from === extent.to) {
    let points = all.select(ordered)
    for (const column of ordered) points = points.orderBy(column)
    return (await points.limit(mostPoints).execute()).map(toPoint)
  }
  const width = (extent.to - extent.from) / Math.max(1, Math.floor(mostPoints / 2) - 1)
  // As literals: PostgreSQL would take parameters for different expressions.
  const range = sql<number>`floor((p.step - ${sql.lit(extent.from)}) / ${sql.lit(width)})`
  const ranges = all
    .select((eb) => [range.as('range'), eb.fn.min('p.value').as('low'), eb.fn.max('p.value').as('high')])
    .where('p.is_nan', '=', 0)
    .groupBy(range)
    .as('x')
  const points = await db
    .selectFrom(ranges)
    .innerJoin('metric_point as p', (join) =>
      join
        .on('p.series', '=', extent.series)
        .on(range, '=', sql.ref('x.range'))
        .on((eb) => eb.or([eb('p.value', '=', eb.ref('x.low')), eb('p.value', '=', eb.ref('x.high'))])),
    )
    .select(({ fn }) => ['x.range', 'p.value', fn.min('p.step').as('step'), fn.min('p.timestamp').as('timestamp')])
    .where('p.is_nan', '=', 0)
    .groupBy(['x.range', 'p.value'])
    .orderBy('step')
    .orderBy('p.value')
    .execute()
  return points.map(({ value, step, timestamp }) => ({ value, step, timestamp }))
}

const toPoint = (row: Pick<PointRow, 'value' | 'is_nan' | 'step' | 'timestamp'>): MetricPoint => ({
  value: metricValue(row),
  step: row.step,
  timestamp: row.timestamp,
})

export const metricValue = ({ value, is_nan }: { value: number; is_nan: number }): MetricValue =>
  is_nan ? 'NaN' : value
