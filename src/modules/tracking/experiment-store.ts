import { sql } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import type { Experiment, ExperimentRow, StageView } from './schema.ts'
import type { ExperimentTableRow } from './tables.ts'

export async function findExperiment(db: Db, id: string): Promise<Experiment | undefined> {
  const row = await db.selectFrom('experiment').selectAll().where('id', '=', id).executeTakeFirst()
  return row && (await withTags(db, [row]))[0]
}

/** Without its tags. */
export async function findExperimentAlone(db: Db, id: string): Promise<ExperimentTableRow | undefined> {
  return db.selectFrom('experiment').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function findExperimentByName(db: Db, name: string): Promise<Experiment | undefined> {
  const row = await db.selectFrom('experiment').selectAll().where('name', '=', name).executeTakeFirst()
  return row && (await withTags(db, [row]))[0]
}

/** The experiments of a view, newest first, with how much runs in it. */
export async function listExperiments(db: Db, view: StageView): Promise<ExperimentRow[]> {
  let query = db.selectFrom('experiment').selectAll().orderBy('position', 'desc')
  if (view !== 'all') query = query.where('lifecycle_stage', '=', view)
  return withRuns(db, await withTags(db, await query.execute()))
}

export async function findExperimentRow(db: Db, id: string): Promise<ExperimentRow | undefined> {
  const experiment = await findExperiment(db, id)
  return experiment && (await withRuns(db, [experiment]))[0]
}

async function withRuns(db: Db, experiments: readonly Experiment[]): Promise<ExperimentRow[]> {
  const counts = await db
    .selectFrom('run')
    .select(({ fn }) => ['experiment_id', fn.countAll<number>().as('runs'), fn.max('start_time').as('last_run_at')])
    .where('lifecycle_stage', '=', 'active')
    .where('experiment_id', 'in', ['', ...experiments.map(({ id }) => id)])
    .groupBy('experiment_id')
    .execute()
  const known = new Map(counts.map((row) => [row.experiment_id, row]))
  return experiments.map((experiment) => {
    const count = known.get(experiment.id)
    return { ...experiment, runs: count?.runs ?? 0, last_run_at: count?.last_run_at ?? null }
  })
}

export async function withTags(db: Db, rows: readonly ExperimentTableRow[]): Promise<Experiment[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const tags = await db
    .selectFrom('experiment_tag')
    .selectAll()
    .where('experiment_id', 'in', ids)
    .orderBy('experiment_id')
    .orderBy('key')
    .execute()
  const byId = Map.groupBy(tags, (tag) => tag.experiment_id)
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    artifact_location: row.artifact_location,
    lifecycle_stage: row.lifecycle_stage,
    creation_time: row.creation_time,
    last_update_time: row.last_update_time,
    tags: (byId.get(row.id) ?? []).map(({ key, value }) => ({ key, value })),
  }))
}

/** The number of the next experiment. Ids that were imported may be any text, so that a number can be taken. */
export async function nextPosition(tx: Tx): Promise<number> {
  const { last } = await tx
    .selectFrom('experiment')
    .select(({ fn }) => fn.max('position').as('last'))
    .executeTakeFirstOrThrow()
  const { gone } = await tx
    .selectFrom('purged_experiment')
    .select(({ fn }) => fn.max('position').as('gone'))
    .executeTakeFirstOrThrow()
  let next = Math.max(last ?? -1, gone ?? -1) + 1
  while (await findExperimentAlone(tx, String(next))) next++
  return next
}

export async function insertExperiment(tx: Tx, row: ExperimentTableRow): Promise<void> {
  await tx.insertInto('experiment').values(row).execute()
}

export async function updateExperiment(
  tx: Tx,
  id: string,
  change: Partial<Pick<ExperimentTableRow, 'name' | 'lifecycle_stage' | 'last_update_time'>>,
): Promise<void> {
  await tx.updateTable('experiment').set(change).where('id', '=', id).execute()
}

/** Runs follow their experiment when it is deleted and when it comes back. */
export async function setStageOfRuns(tx: Tx, id: string, stage: 'active' | 'deleted', now: number): Promise<number> {
  const result = await tx
    .updateTable('run')
    .set({ lifecycle_stage: stage, deleted_at: stage === 'deleted' ? now : null })
    .where('experiment_id', '=', id)
    .where('lifecycle_stage', '!=', stage)
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}

export async function setExperimentTags(
  tx: Tx,
  id: string,
  tags: readonly { key: string; value: string }[],
): Promise<void> {
  // The last one counts, as if they were set one after the other.
  const last = new Map(tags.map(({ key, value }) => [key, { experiment_id: id, key, value }]))
  if (last.size === 0) return
  await tx
    .insertInto('experiment_tag')
    .values([...last.values()])
    .onConflict((c) => c.columns(['experiment_id', 'key']).doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })))
    .execute()
}

export async function deleteExperimentTag(tx: Tx, id: string, key: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('experiment_tag')
    .where('experiment_id', '=', id)
    .where('key', '=', key)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

export type DatasetSummary = { experiment_id: string; name: string; digest: string; context: string | null }

export async function listDatasets(db: Db, experimentIds: readonly string[]): Promise<DatasetSummary[]> {
  return db
    .selectFrom('run_input')
    .select(['experiment_id', 'name', 'digest', 'context'])
    .where('experiment_id', 'in', [...experimentIds])
    .groupBy(['experiment_id', 'name', 'digest', 'context'])
    .orderBy('experiment_id')
    .orderBy('name')
    .orderBy('digest')
    .orderBy(sql`coalesce(context, '')`)
    .limit(1000)
    .execute()
}
