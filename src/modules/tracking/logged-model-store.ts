import type { Db, Tx } from '../../db/database.ts'
import type { PersonId } from '../audit/schema.ts'
import { readMetrics } from './model-metrics.ts'
import { metricValue } from './run-store.ts'
import type { LoggedModel } from './schema.ts'
import type { LoggedModelRow, RunModelRow } from './tables.ts'

type KeyValue = { key: string; value: string }

export async function findRow(db: Db, id: string): Promise<LoggedModelRow | undefined> {
  return db.selectFrom('logged_model').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function insertModel(tx: Tx, row: LoggedModelRow): Promise<void> {
  await tx.insertInto('logged_model').values(row).execute()
}

export async function updateModel(
  tx: Tx,
  id: string,
  change: Partial<Pick<LoggedModelRow, 'status' | 'updated_at' | 'deleted_at'>>,
): Promise<void> {
  await tx.updateTable('logged_model').set(change).where('id', '=', id).execute()
}

export async function readParams(db: Db, id: string): Promise<KeyValue[]> {
  return db.selectFrom('logged_model_param').select(['key', 'value']).where('model_id', '=', id).execute()
}

export async function insertParams(tx: Tx, id: string, params: readonly KeyValue[]): Promise<void> {
  for (const { key, value } of params) {
    await tx.insertInto('logged_model_param').values({ model_id: id, key, value }).execute()
  }
}

export async function setTags(tx: Tx, id: string, tags: readonly KeyValue[]): Promise<void> {
  for (const { key, value } of tags) {
    await tx
      .insertInto('logged_model_tag')
      .values({ model_id: id, key, value })
      .onConflict((c) => c.columns(['model_id', 'key']).doUpdateSet({ value }))
      .execute()
  }
}

export async function deleteTag(tx: Tx, id: string, key: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('logged_model_tag')
    .where('model_id', '=', id)
    .where('key', '=', key)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** Links that are there stay as they are. */
export async function linkToRun(tx: Tx, rows: readonly RunModelRow[]): Promise<void> {
  for (const row of rows) {
    await tx
      .insertInto('run_model')
      .values(row)
      .onConflict((c) => c.doNothing())
      .execute()
  }
}

/** Whole models in the order of the rows. */
export async function withContent(db: Db, rows: readonly LoggedModelRow[]): Promise<LoggedModel[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const models = rows.map(
    (row): LoggedModel => ({
      ...row,
      created_by: row.created_by as PersonId,
      params: [],
      tags: [],
      metrics: [],
    }),
  )
  const byId = new Map(models.map((model) => [model.id, model]))
  for (const table of ['logged_model_param', 'logged_model_tag'] as const) {
    const found = await db
      .selectFrom(table)
      .selectAll()
      .where('model_id', 'in', ids)
      .orderBy('model_id')
      .orderBy('key')
      .execute()
    for (const { model_id, key, value } of found) {
      const model = byId.get(model_id)
      const list = table === 'logged_model_param' ? model?.params : model?.tags
      list?.push({ key, value })
    }
  }
  for (const row of await readMetrics(db, ids)) {
    const { key, step, timestamp, run_id } = row
    byId.get(row.model_id)?.metrics.push({
      key,
      value: metricValue(row),
      step,
      timestamp,
      run_id,
      dataset_name: row.dataset_name || null,
      dataset_digest: row.dataset_digest || null,
    })
  }
  return models
}
