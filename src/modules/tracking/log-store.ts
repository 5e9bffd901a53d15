import { CompiledQuery } from 'kysely'
import { type BulkTarget, insertMany } from '../../db/bulk.ts'
import type { Db, Engine, Tx } from '../../db/database.ts'
import { headOf } from './search/conditions.ts'
import type { LatestRow, PointRow } from './tables.ts'

/** What runs log is a measured point: written without an event, and covered by the seal of the run. */

export type RunState = { id: string; experiment_id: string; lifecycle_stage: string; seal: string | null }

/** Every group asks for these, so their texts are constant: a list is one parameter. */
const texts = {
  states: listed('select id, experiment_id, lifecycle_stage, seal from run where id in ?'),
  contributors: listed('select run_id, actor_id from run_contributor where run_id in ?'),
  latest: listed(
    `select run_id, key, series, experiment_id, value, is_nan, step, timestamp, in_order
      from metric_latest where run_id in ? and key in ?`,
  ),
}

function listed(text: string): Record<Engine, string> {
  let count = 0
  return {
    sqlite: text.replaceAll('?', '(select value from json_each(?))'),
    postgres: text.replaceAll('in ?', () => `= any($${++count}::text[])`),
  }
}

async function readListed<Row>(db: Db, engine: Engine, query: Record<Engine, string>, ...lists: (readonly string[])[]) {
  const parameters = engine === 'sqlite' ? lists.map((list) => JSON.stringify(list)) : lists
  return (await db.executeQuery(CompiledQuery.raw(query[engine], parameters) as CompiledQuery<Row>)).rows
}

export async function readStates(db: Db, engine: Engine, ids: readonly string[]): Promise<Map<string, RunState>> {
  const rows = await readListed<RunState>(db, engine, texts.states, ids)
  return new Map(rows.map((row) => [row.id, row]))
}

export async function readContributors(
  db: Db,
  engine: Engine,
  ids: readonly string[],
): Promise<{ run_id: string; actor_id: string }[]> {
  return readListed(db, engine, texts.contributors, ids)
}

export async function readLatest(
  db: Db,
  engine: Engine,
  runIds: readonly string[],
  keys: readonly string[],
): Promise<LatestRow[]> {
  return readListed(db, engine, texts.latest, runIds, keys)
}

export async function readParams(
  db: Db,
  runIds: readonly string[],
  keys: readonly string[],
): Promise<{ run_id: string; key: string; value: string }[]> {
  return db
    .selectFrom('run_param')
    .select(['run_id', 'key', 'value'])
    .where('run_id', 'in', runIds)
    .where('key', 'in', keys)
    .execute()
}

/** The highest number of a series; writes take turns, so that the next one is free. */
export async function lastSeries(tx: Tx): Promise<number> {
  const { last } = await tx
    .selectFrom('metric_latest')
    .select(({ fn }) => fn.max('series').as('last'))
    .executeTakeFirstOrThrow()
  return last ?? 0
}

const pointTable: BulkTarget = {
  table: 'metric_point',
  columns: ['series', 'step', 'timestamp', 'value', 'is_nan'],
  suffix: 'on conflict do nothing',
}

/** The same point logged twice is one point. */
export async function insertPoints(tx: Tx, engine: Engine, points: readonly PointRow[]): Promise<void> {
  await (engine === 'postgres' ? insertPointsByColumn(tx, points) : insertPointsByRow(tx, engine, points))
}

export async function insertPointsByRow(tx: Tx, engine: Engine, points: readonly PointRow[]): Promise<void> {
  const rows = points.map(({ series, step, timestamp, value, is_nan }) => [series, step, timestamp, value, is_nan])
  await insertMany(tx, engine, pointTable, rows)
}

/** PostgreSQL takes whole columns as arrays, which costs it less than a parameter for each number. */
export async function insertPointsByColumn(tx: Tx, points: readonly PointRow[]): Promise<void> {
  const column = <K extends keyof PointRow>(name: K) => points.map((point) => point[name])
  const text = `insert into metric_point (series, step, timestamp, value, is_nan)
    select * from unnest($1::bigint[], $2::float8[], $3::float8[], $4::float8[], $5::int[]) on conflict do nothing`
  const columns = [column('series'), column('step'), column('timestamp'), column('value'), column('is_nan')]
  await tx.executeQuery(CompiledQuery.raw(text, columns))
}

const latestTable: BulkTarget = {
  table: 'metric_latest',
  columns: ['run_id', 'key', 'series', 'experiment_id', 'value', 'is_nan', 'step', 'timestamp', 'in_order'],
  suffix: `on conflict (run_id, key) do update set value = excluded.value, is_nan = excluded.is_nan,
    step = excluded.step, timestamp = excluded.timestamp, in_order = excluded.in_order`,
}

export async function upsertLatest(tx: Tx, engine: Engine, rows: readonly LatestRow[]): Promise<void> {
  const values = rows.map((row) => [
    row.run_id,
    row.key,
    row.series,
    row.experiment_id,
    row.value,
    row.is_nan,
    row.step,
    row.timestamp,
    row.in_order,
  ])
  await insertMany(tx, engine, latestTable, values)
}

export type TextRow = { run_id: string; key: string; value: string }
const textColumns = ['run_id', 'key', 'head', 'value']
const textValues = (rows: readonly TextRow[]) =>
  rows.map(({ run_id, key, value }) => [run_id, key, headOf(value), value])

export async function insertParams(tx: Tx, engine: Engine, rows: readonly TextRow[]): Promise<void> {
  await insertMany(tx, engine, { table: 'run_param', columns: textColumns }, textValues(rows))
}

const tagSuffix = 'on conflict (run_id, key) do update set head = excluded.head, value = excluded.value'

export async function upsertTags(tx: Tx, engine: Engine, rows: readonly TextRow[]): Promise<void> {
  await insertMany(tx, engine, { table: 'run_tag', columns: textColumns, suffix: tagSuffix }, textValues(rows))
}

export async function insertContributors(
  tx: Tx,
  engine: Engine,
  rows: readonly (readonly [string, string])[],
): Promise<void> {
  const target = { table: 'run_contributor', columns: ['run_id', 'actor_id'], suffix: 'on conflict do nothing' }
  await insertMany(tx, engine, target, rows)
}
