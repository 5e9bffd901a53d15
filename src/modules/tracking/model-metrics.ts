import { insertMany } from '../../db/bulk.ts'
import type { Db, Engine, Tx } from '../../db/database.ts'
import type { AppError } from '../../lib/errors.ts'
import { isLater, type LogInput, type LogRequest, type Measured, stored } from './measured.ts'
import { checkLength, limits, noLoggedModel } from './rules.ts'
import type { LoggedModelMetricRow } from './tables.ts'

/** What runs measured of logged models. Written with the points of the runs, without events of their own. */

const modelsIn = ({ metrics = [] }: LogInput) => metrics.flatMap(({ model_id }) => (model_id ? [model_id] : []))

export async function knownModels(tx: Tx, requests: readonly LogRequest[]): Promise<ReadonlySet<string>> {
  const ids = [...new Set(requests.flatMap(({ input }) => modelsIn(input)))]
  if (ids.length === 0) return new Set()
  const rows = await tx.selectFrom('logged_model').select('id').where('id', 'in', ids).execute()
  return new Set(rows.map(({ id }) => id))
}

export function unknownModel(input: LogInput, known: ReadonlySet<string>): AppError | undefined {
  const missing = modelsIn(input).find((id) => !known.has(id))
  return missing === undefined ? undefined : noLoggedModel(missing)
}

export function checkModelMetric({ dataset_name = '', dataset_digest = '' }: Measured): void {
  checkLength(dataset_name, limits.datasetName, 'dataset_name')
  checkLength(dataset_digest, limits.datasetDigest, 'dataset_digest')
}

/** The latest point per model, key, run and dataset; models of many steps log each step as a model of its own. */
export async function writeModelMetrics(tx: Tx, engine: Engine, requests: readonly LogRequest[]): Promise<void> {
  const measured = requests.flatMap(({ input }) =>
    (input.metrics ?? []).flatMap((metric) => (metric.model_id ? [rowOf(input.runId, metric.model_id, metric)] : [])),
  )
  if (measured.length === 0) return
  const found = await readMetrics(tx, [...new Set(measured.map(({ model_id }) => model_id))])
  const latest = new Map(found.map((row) => [nameOf(row), row]))
  const changed = new Map<string, LoggedModelMetricRow>()
  for (const row of measured) {
    const name = nameOf(row)
    const known = latest.get(name)
    if (known && !isLater(row, known)) continue
    latest.set(name, row)
    changed.set(name, row)
  }
  const values = [...changed.values()].map((row) => columns.map((column) => row[column]))
  await insertMany(tx, engine, target, values)
}

export async function readMetrics(db: Db, modelIds: readonly string[]): Promise<LoggedModelMetricRow[]> {
  return db
    .selectFrom('logged_model_metric')
    .selectAll()
    .where('model_id', 'in', modelIds)
    .orderBy('model_id')
    .orderBy('key')
    .orderBy('run_id')
    .orderBy('dataset_name')
    .orderBy('dataset_digest')
    .execute()
}

function rowOf(run_id: string, model_id: string, metric: Measured): LoggedModelMetricRow {
  const { key, dataset_name = '', dataset_digest = '' } = metric
  return { model_id, key, run_id, dataset_name, dataset_digest, ...stored(metric) }
}

const nameOf = (row: LoggedModelMetricRow) =>
  JSON.stringify([row.model_id, row.key, row.run_id, row.dataset_name, row.dataset_digest])

const columns = [
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
const target = {
  table: 'logged_model_metric',
  columns,
  suffix: `on conflict (model_id, key, run_id, dataset_name, dataset_digest) do update set
    value = excluded.value, is_nan = excluded.is_nan, step = excluded.step, timestamp = excluded.timestamp`,
}
