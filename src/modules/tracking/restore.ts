import { CompiledQuery } from 'kysely'
import { insertMany } from '../../db/bulk.ts'
import type { Db, Engine, Tx } from '../../db/database.ts'
import { digestOf } from '../../lib/digest.ts'
import type { Digest } from '../../lib/ids.ts'
import * as experiments from './experiment-store.ts'
import {
  insertContributors,
  insertPoints,
  lastSeries,
  readLatest,
  type TextRow,
  upsertLatest,
  upsertTags,
} from './log-store.ts'
import { advance, type KeyValue, type Measured, stored } from './measured.ts'
import { inputColumns, readRuns } from './run-store.ts'
import { contentOfRun } from './seal.ts'
import { headOf } from './search/conditions.ts'
import type { ExperimentTableRow, InputRow, LatestRow, PointRow, RunModelRow, RunRow } from './tables.ts'

/**
 * Bulk entry for what another tracker recorded: whole things with their own ids and times, in the caller's transaction, which
 * records the event. Everything may be written twice; what was there is brought to the same state.
 */

const sealsPerUpdate = 400

export async function restoreExperiment(
  tx: Tx,
  row: Omit<ExperimentTableRow, 'position'>,
  tags: readonly KeyValue[],
): Promise<void> {
  await experiments.insertExperiment(tx, { ...row, position: await experiments.nextPosition(tx) })
  await experiments.setExperimentTags(tx, row.id, tags)
}

export type RestoredRun = {
  row: Omit<RunRow, 'seal'>
  params: readonly KeyValue[]
  tags: readonly KeyValue[]
  inputs: readonly InputRow[]
  models: readonly RunModelRow[]
  contributors: readonly string[]
}

const runTarget = {
  table: 'run',
  columns: [
    'id',
    'experiment_id',
    'name',
    'status',
    'user_name',
    'start_time',
    'end_time',
    'artifact_uri',
    'lifecycle_stage',
    'created_by',
  ] as const,
  suffix: `on conflict (id) do update set name = excluded.name, status = excluded.status, user_name = excluded.user_name,
    start_time = excluded.start_time, end_time = excluded.end_time, lifecycle_stage = excluded.lifecycle_stage`,
}
const paramTarget = {
  table: 'run_param',
  columns: ['run_id', 'key', 'head', 'value'],
  suffix: 'on conflict (run_id, key) do update set head = excluded.head, value = excluded.value',
}
const linkColumns = ['run_id', 'direction', 'model_id', 'position', 'step'] as const

export async function restoreRuns(tx: Tx, engine: Engine, runs: readonly RestoredRun[]): Promise<void> {
  const insert = (target: { table: string; columns: readonly string[]; suffix: string }, rows: readonly unknown[][]) =>
    insertMany(tx, engine, target, rows)
  await insert(
    runTarget,
    runs.map(({ row }) => runTarget.columns.map((column) => row[column])),
  )
  const text = (run: RestoredRun, list: readonly KeyValue[]): TextRow[] =>
    list.map(({ key, value }) => ({ run_id: run.row.id, key, value }))
  const params = runs.flatMap((run) => text(run, run.params))
  await insert(
    paramTarget,
    params.map(({ run_id, key, value }) => [run_id, key, headOf(value), value]),
  )
  await upsertTags(
    tx,
    engine,
    runs.flatMap((run) => text(run, run.tags)),
  )
  await insert(
    { table: 'run_input', columns: inputColumns, suffix: 'on conflict do nothing' },
    runs.flatMap(({ inputs }) => inputs.map((row) => inputColumns.map((column) => row[column]))),
  )
  await insert(
    { table: 'run_model', columns: linkColumns, suffix: 'on conflict do nothing' },
    runs.flatMap(({ models }) => models.map((row) => linkColumns.map((column) => row[column]))),
  )
  await insertContributors(
    tx,
    engine,
    runs.flatMap(({ row, contributors }) => contributors.map((person) => [row.id, person] as const)),
  )
}

/** Tags that are not in the list any more go. */
export async function keepTags(tx: Tx, runId: string, keys: readonly string[]): Promise<void> {
  await tx
    .deleteFrom('run_tag')
    .where('run_id', '=', runId)
    .where('key', 'not in', ['', ...keys])
    .execute()
}

export type RestoredPoint = Measured & { run_id: string; experiment_id: string }

/** Measured points, without an event: nobody sees them before their runs are there. */
export async function restorePoints(tx: Tx, engine: Engine, points: readonly RestoredPoint[]): Promise<void> {
  if (points.length === 0) return
  const runIds = [...new Set(points.map(({ run_id }) => run_id))]
  const keys = [...new Set(points.map(({ key }) => key))]
  const known = new Map<string, LatestRow>()
  for (let from = 0; from < keys.length; from += 500) {
    for (const row of await readLatest(tx, engine, runIds, keys.slice(from, from + 500))) known.set(nameOf(row), row)
  }
  let series = await lastSeries(tx)
  const changed = new Set<LatestRow>()
  const rows: PointRow[] = []
  for (const measured of points) {
    const point = stored(measured)
    let row = known.get(nameOf(measured))
    if (!row) {
      const { run_id, key, experiment_id } = measured
      row = { run_id, key, series: ++series, experiment_id, in_order: 1, ...point }
      known.set(nameOf(measured), row)
      changed.add(row)
    } else if (advance(row, point)) changed.add(row)
    rows.push({ series: row.series, ...point })
  }
  await upsertLatest(tx, engine, [...changed])
  await insertPoints(tx, engine, rows)
}

const nameOf = ({ run_id, key }: { run_id: string; key: string }) => `${run_id} ${key}`

/** The digests of runs as they are now, which is what `seal` seals. */
export async function digestsOfRuns(db: Db, ids: readonly string[]): Promise<Map<string, Digest>> {
  const counts = await db
    .selectFrom('metric_latest as l')
    .innerJoin('metric_point as p', 'p.series', 'l.series')
    .select(({ fn }) => ['l.run_id', 'l.key', fn.countAll<number>().as('points')])
    .where('l.run_id', 'in', ['', ...ids])
    .groupBy(['l.run_id', 'l.key'])
    .execute()
  const points = new Map<string, Map<string, number>>()
  for (const row of counts) {
    const ofRun = points.get(row.run_id) ?? new Map<string, number>()
    points.set(row.run_id, ofRun.set(row.key, row.points))
  }
  const runs = await readRuns(db, ids)
  return new Map(runs.map((run) => [run.id, digestOf(contentOfRun(run, points.get(run.id) ?? new Map()))]))
}

/** The caller's event carries the digests. */
export async function sealRuns(tx: Tx, engine: Engine, seals: ReadonlyMap<string, Digest>): Promise<void> {
  const rows = [...seals]
  for (let from = 0; from < rows.length; from += sealsPerUpdate) {
    const part = rows.slice(from, from + sealsPerUpdate)
    const values = part.map((_, i) => (engine === 'sqlite' ? '(?, ?)' : `($${i * 2 + 1}, $${i * 2 + 2})`)).join(', ')
    const text = `update run set seal = v.column2 from (values ${values}) as v where run.id = v.column1`
    await tx.executeQuery(CompiledQuery.raw(text, part.flat()))
  }
}
