import { sql } from 'kysely'
import type { Db, Engine, Tx } from '../../db/database.ts'
import { inParts } from '../../db/in-parts.ts'
import type { LoggedModelRow, RunRow } from './tables.ts'

/** What removes experiments, runs and logged models for good. Who may ask, and what may go, is said elsewhere. */

export type PurgeRun = Pick<
  RunRow,
  'id' | 'experiment_id' | 'name' | 'status' | 'start_time' | 'end_time' | 'artifact_uri' | 'lifecycle_stage' | 'seal'
> & { deleted_at: number | null }

const runColumns = [
  'id',
  'experiment_id',
  'name',
  'status',
  'start_time',
  'end_time',
  'artifact_uri',
  'lifecycle_stage',
  'seal',
  'deleted_at',
] as const

const toRun = (row: Omit<PurgeRun, 'deleted_at'> & { deleted_at?: number | null | undefined }): PurgeRun => ({
  ...row,
  deleted_at: row.deleted_at ?? null,
})

export async function readPurgeRuns(db: Db, ids: readonly string[]): Promise<PurgeRun[]> {
  const rows = await inParts(ids, (part) => db.selectFrom('run').select(runColumns).where('id', 'in', part).execute())
  return rows.map(toRun)
}

export async function runIdsOfExperiment(db: Db, experiment: string): Promise<string[]> {
  const rows = await db.selectFrom('run').select('id').where('experiment_id', '=', experiment).orderBy('id').execute()
  return rows.map(({ id }) => id)
}

export async function readPurgeModels(db: Db, ids: readonly string[]): Promise<LoggedModelRow[]> {
  return inParts(ids, (part) => db.selectFrom('logged_model').selectAll().where('id', 'in', part).execute())
}

/** The models that runs are said to have made. */
export async function modelsMadeBy(db: Db, runs: readonly string[]): Promise<LoggedModelRow[]> {
  return inParts(runs, (part) => db.selectFrom('logged_model').selectAll().where('source_run_id', 'in', part).execute())
}

export async function loggedModelIdsOfExperiment(db: Db, experiment: string): Promise<string[]> {
  const rows = await db
    .selectFrom('logged_model')
    .select('id')
    .where('experiment_id', '=', experiment)
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** Which runs read or made a model. */
export async function runsOfModels(db: Db, models: readonly string[]): Promise<{ model_id: string; run_id: string }[]> {
  return inParts(models, (part) =>
    db.selectFrom('run_model').select(['model_id', 'run_id']).distinct().where('model_id', 'in', part).execute(),
  )
}

export async function readPurgeExperiments(db: Db, ids: readonly string[]) {
  return inParts(ids, (part) => db.selectFrom('experiment').selectAll().where('id', 'in', part).execute())
}

/** Experiments that have been deleted since a moment or longer, in milliseconds. */
export async function experimentsDeletedUntil(db: Db, until: number): Promise<string[]> {
  const rows = await db
    .selectFrom('experiment')
    .select('id')
    .where('lifecycle_stage', '=', 'deleted')
    .where('last_update_time', '<=', until)
    .orderBy('position')
    .execute()
  return rows.map(({ id }) => id)
}

/** Logged models that have been deleted since a moment or longer, in milliseconds. */
export async function modelsDeletedUntil(db: Db, until: number): Promise<LoggedModelRow[]> {
  return db.selectFrom('logged_model').selectAll().where('deleted_at', '<=', until).orderBy('id').execute()
}

export async function experimentIds(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('experiment').select('id').orderBy('position').execute()
  return rows.map(({ id }) => id)
}

/** How much is left in an experiment. */
export async function contentsOf(db: Db, experiment: string): Promise<{ runs: number; models: number }> {
  const count = async (table: 'run' | 'logged_model') => {
    const row = await db
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number>().as('rows'))
      .where('experiment_id', '=', experiment)
      .executeTakeFirstOrThrow()
    return Number(row.rows)
  }
  return { runs: await count('run'), models: await count('logged_model') }
}

/** Everything of runs but their points and the heads of their series, which `removePoints` takes in small portions. */
export async function removeRuns(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  for (const table of ['run_contributor', 'run_param', 'run_tag', 'run_input', 'run_model'] as const) {
    await sql`delete from ${sql.table(table)} where run_id in (${sql.join(ids)})`.execute(tx)
  }
  await tx.deleteFrom('logged_model_metric').where('run_id', 'in', ids).execute()
  await tx.deleteFrom('run').where('id', 'in', ids).execute()
}

const seriesPerPortion = 200

/**
 * Removes at most about `most` points of runs whose rows are gone, and says whether any are left. The head of a series goes
 * after its points, so that nobody takes its number. Points are written and removed without an event; the event of the run
 * names them.
 */
export async function removePoints(tx: Tx, engine: Engine, runs: readonly string[], most: number): Promise<boolean> {
  if (runs.length === 0) return false
  const heads = await tx
    .selectFrom('metric_latest')
    .select('series')
    .where('run_id', 'in', runs)
    .orderBy('series')
    .limit(seriesPerPortion)
    .execute()
  if (heads.length === 0) return false
  const series = heads.map((head) => head.series)
  const removed = await removeSome(tx, engine, series, most)
  if (removed < most) await tx.deleteFrom('metric_latest').where('series', 'in', series).execute()
  return true
}

async function removeSome(tx: Tx, engine: Engine, series: readonly number[], most: number): Promise<number> {
  const these = sql.join(series)
  const result =
    engine === 'postgres'
      ? await sql`delete from metric_point where ctid = any(array(
          select ctid from metric_point where series in (${these}) limit ${most}))`.execute(tx)
      : await sql`delete from metric_point where (series, step, timestamp, value, is_nan) in (
          select series, step, timestamp, value, is_nan from metric_point where series in (${these}) limit ${most})`.execute(
          tx,
        )
  return Number(result.numAffectedRows ?? 0n)
}

export async function removeLoggedModels(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  for (const table of ['logged_model_param', 'logged_model_tag', 'logged_model_metric', 'run_model'] as const) {
    await sql`delete from ${sql.table(table)} where model_id in (${sql.join(ids)})`.execute(tx)
  }
  await tx.deleteFrom('logged_model').where('id', 'in', ids).execute()
}

/** Its number stays taken, because the trail goes on naming it. */
export async function removeExperiment(tx: Tx, id: string): Promise<void> {
  const row = await tx.selectFrom('experiment').select('position').where('id', '=', id).executeTakeFirst()
  if (!row) return
  await tx.deleteFrom('experiment_tag').where('experiment_id', '=', id).execute()
  await tx.deleteFrom('experiment_permission').where('experiment_id', '=', id).execute()
  await tx.insertInto('purged_experiment').values({ id, position: row.position }).execute()
  await tx.deleteFrom('experiment').where('id', '=', id).execute()
}

/** How much is deleted and still there. */
export async function countDeleted(db: Db) {
  const runs = await db
    .selectFrom('run')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .where('lifecycle_stage', '=', 'deleted')
    .executeTakeFirstOrThrow()
  const models = await db
    .selectFrom('logged_model')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .where('deleted_at', 'is not', null)
    .executeTakeFirstOrThrow()
  const experiments = await db
    .selectFrom('experiment')
    .select(['id', 'name', 'last_update_time as deleted_at'])
    .where('lifecycle_stage', '=', 'deleted')
    .orderBy('last_update_time', 'desc')
    .orderBy('id')
    .limit(200)
    .execute()
  return { runs: Number(runs.rows), logged_models: Number(models.rows), experiments }
}

/** Which of these runs have a tag, with a value where one is given. */
export async function runsWithTag(db: Db, ids: readonly string[], key: string, value: string | null) {
  const rows = await inParts(ids, (part) => {
    const query = db.selectFrom('run_tag').select('run_id').where('key', '=', key).where('run_id', 'in', part)
    return (value === null ? query : query.where('value', '=', value)).execute()
  })
  return rows.map(({ run_id }) => run_id)
}

/** Which of these runs measured a metric, and a number. */
export async function runsWithMetric(db: Db, ids: readonly string[], key: string) {
  const rows = await inParts(ids, (part) =>
    db
      .selectFrom('metric_latest')
      .select('run_id')
      .where('key', '=', key)
      .where('is_nan', '=', 0)
      .where('run_id', 'in', part)
      .execute(),
  )
  return rows.map(({ run_id }) => run_id)
}
