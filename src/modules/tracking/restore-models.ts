import { insertMany } from '../../db/bulk.ts'
import type { Engine, Tx } from '../../db/database.ts'
import { isLater, type KeyValue, type Measured, stored } from './measured.ts'
import type { LoggedModelMetricRow, LoggedModelRow } from './tables.ts'

export type RestoredModel = {
  row: LoggedModelRow
  params: readonly KeyValue[]
  tags: readonly KeyValue[]
  metrics: readonly (Measured & { run_id: string })[]
}

const modelColumns = [
  'id',
  'experiment_id',
  'name',
  'model_type',
  'source_run_id',
  'artifact_uri',
  'status',
  'created_at',
  'updated_at',
  'deleted_at',
  'created_by',
] as const
const modelMetricColumns = [
  'model_id',
  'key',
  'run_id',
  'dataset_name',
  'dataset_digest',
  'value',
  'is_nan',
  'step',
  'timestamp',
] as const

/** Logged models of another tracker with their own ids, in the caller's transaction. What is there already stays. */
export async function restoreLoggedModels(tx: Tx, engine: Engine, models: readonly RestoredModel[]): Promise<void> {
  const suffix = 'on conflict do nothing'
  await insertMany(
    tx,
    engine,
    { table: 'logged_model', columns: modelColumns, suffix },
    models.map(({ row }) => modelColumns.map((column) => row[column])),
  )
  for (const list of ['params', 'tags'] as const) {
    const table = list === 'params' ? 'logged_model_param' : 'logged_model_tag'
    await insertMany(
      tx,
      engine,
      { table, columns: ['model_id', 'key', 'value'], suffix },
      models.flatMap((model) => model[list].map(({ key, value }) => [model.row.id, key, value])),
    )
  }
  const latest = new Map<string, LoggedModelMetricRow>()
  for (const { row, metrics } of models) {
    for (const metric of metrics) {
      const { key, run_id, dataset_name = '', dataset_digest = '' } = metric
      const next = { model_id: row.id, key, run_id, dataset_name, dataset_digest, ...stored(metric) }
      const name = JSON.stringify([row.id, key, run_id, dataset_name, dataset_digest])
      const known = latest.get(name)
      if (!known || isLater(next, known)) latest.set(name, next)
    }
  }
  await insertMany(
    tx,
    engine,
    { table: 'logged_model_metric', columns: modelMetricColumns, suffix },
    [...latest.values()].map((row) => modelMetricColumns.map((column) => row[column])),
  )
}
