import { insertMany } from '../../db/bulk.ts'
import type { Db, Engine, Tx } from '../../db/database.ts'
import type { DatasetShape, EvaluationDataset, EvaluationRecord, RecordContent, Tag } from './schema.ts'
import type { EvaluationDatasetRow, EvaluationRecordRow } from './tables.ts'

const idsPerQuery = 500

export async function findDataset(db: Db, id: string): Promise<EvaluationDataset | undefined> {
  const rows = await db.selectFrom('evaluation_dataset').selectAll().where('id', '=', id).execute()
  return (await toDatasets(db, rows))[0]
}

/** With tags and experiments, in the order of the rows. */
export async function toDatasets(db: Db, rows: readonly EvaluationDatasetRow[]): Promise<EvaluationDataset[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const tags = await db
    .selectFrom('evaluation_dataset_tag')
    .selectAll()
    .where('dataset_id', 'in', ids)
    .orderBy('key')
    .execute()
  const places = await db
    .selectFrom('evaluation_dataset_experiment')
    .selectAll()
    .where('dataset_id', 'in', ids)
    .orderBy('experiment_id')
    .execute()
  return rows.map(({ shape, ...row }) => ({
    ...row,
    shape: JSON.parse(shape) as DatasetShape,
    tags: tags.filter((tag) => tag.dataset_id === row.id).map(({ key, value }) => ({ key, value })),
    experiments: places.filter((place) => place.dataset_id === row.id).map(({ experiment_id }) => experiment_id),
  }))
}

export async function insertDataset(tx: Tx, row: EvaluationDatasetRow): Promise<void> {
  await tx.insertInto('evaluation_dataset').values(row).execute()
}

export async function updateDataset(tx: Tx, id: string, set: Partial<EvaluationDatasetRow>): Promise<void> {
  await tx.updateTable('evaluation_dataset').set(set).where('id', '=', id).execute()
}

export async function deleteDataset(tx: Tx, id: string): Promise<void> {
  for (const table of ['evaluation_record', 'evaluation_dataset_tag', 'evaluation_dataset_experiment'] as const) {
    await tx.deleteFrom(table).where('dataset_id', '=', id).execute()
  }
  await tx.deleteFrom('evaluation_dataset').where('id', '=', id).execute()
}

export async function putTags(tx: Tx, dataset_id: string, tags: readonly Tag[]): Promise<void> {
  for (const { key, value } of tags) {
    await tx
      .insertInto('evaluation_dataset_tag')
      .values({ dataset_id, key, value })
      .onConflict((c) => c.columns(['dataset_id', 'key']).doUpdateSet({ value }))
      .execute()
  }
}

export async function removeTag(tx: Tx, dataset_id: string, key: string): Promise<void> {
  await tx.deleteFrom('evaluation_dataset_tag').where('dataset_id', '=', dataset_id).where('key', '=', key).execute()
}

export async function addExperiments(tx: Tx, dataset_id: string, ids: readonly string[]): Promise<void> {
  for (const experiment_id of ids) {
    await tx
      .insertInto('evaluation_dataset_experiment')
      .values({ dataset_id, experiment_id })
      .onConflict((c) => c.doNothing())
      .execute()
  }
}

export async function removeExperiments(tx: Tx, dataset_id: string, ids: readonly string[]): Promise<void> {
  await tx
    .deleteFrom('evaluation_dataset_experiment')
    .where('dataset_id', '=', dataset_id)
    .where('experiment_id', 'in', ids)
    .execute()
}

export async function findByInputs(
  tx: Tx,
  dataset_id: string,
  digests: readonly string[],
): Promise<Map<string, EvaluationRecordRow>> {
  const found = new Map<string, EvaluationRecordRow>()
  for (let from = 0; from < digests.length; from += idsPerQuery) {
    const rows = await tx
      .selectFrom('evaluation_record')
      .selectAll()
      .where('dataset_id', '=', dataset_id)
      .where('input_digest', 'in', digests.slice(from, from + idsPerQuery))
      .execute()
    for (const row of rows) found.set(row.input_digest, row)
  }
  return found
}

const columns = [
  'id',
  'dataset_id',
  'input_digest',
  'content',
  'created_time',
  'last_update_time',
  'created_by',
  'last_updated_by',
] as const

export async function putRecords(tx: Tx, engine: Engine, rows: readonly EvaluationRecordRow[]): Promise<void> {
  const changing = ['content', 'last_update_time', 'last_updated_by']
  const suffix = `on conflict (dataset_id, input_digest) do update set ${changing.map((name) => `${name} = excluded.${name}`).join(', ')}`
  const values = rows.map((row) => columns.map((name) => row[name]))
  await insertMany(tx, engine, { table: 'evaluation_record', columns, suffix }, values)
}

export async function removeRecords(tx: Tx, dataset_id: string, ids: readonly string[]): Promise<number> {
  let deleted = 0n
  for (let from = 0; from < ids.length; from += idsPerQuery) {
    const result = await tx
      .deleteFrom('evaluation_record')
      .where('dataset_id', '=', dataset_id)
      .where('id', 'in', ids.slice(from, from + idsPerQuery))
      .executeTakeFirst()
    deleted += result.numDeletedRows
  }
  return Number(deleted)
}

export async function contentsOf(db: Db, dataset_id: string): Promise<string[]> {
  const rows = await db.selectFrom('evaluation_record').select('content').where('dataset_id', '=', dataset_id).execute()
  return rows.map(({ content }) => content)
}

export type RecordPlace = { created_time: number; id: string }

/** Oldest first. */
export async function listRecords(
  db: Db,
  dataset_id: string,
  limit: number,
  after: RecordPlace | undefined,
): Promise<EvaluationRecord[]> {
  let query = db.selectFrom('evaluation_record').selectAll().where('dataset_id', '=', dataset_id)
  if (after) {
    query = query
      .where('created_time', '>=', after.created_time)
      .where(({ eb, or }) => or([eb('created_time', '>', after.created_time), eb('id', '>', after.id)]))
  }
  const rows = await query.orderBy('created_time').orderBy('id').limit(limit).execute()
  return rows.map(({ content, input_digest: _, ...row }) => ({ ...row, content: readContent(content) }))
}

/** Numbers keep the form in which they were sent: `1.0` stays `1.0`, and long integers keep their digits. */
export const readContent = (text: string): RecordContent => JSON.parse(text, exactNumber) as RecordContent

export function exactNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined || String(value) === context.source) return value
  return rawJson(context.source)
}

const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown }
