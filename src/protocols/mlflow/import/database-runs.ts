import type {
  InputRecord,
  KeyValue,
  ModelLink,
  PointRecord,
  RunPage,
  RunRecord,
} from '../../../modules/imports/index.ts'
import type { Tables } from './database.ts'
import type { Query } from './sql.ts'
import { nullableText, number, text } from './values.ts'

const runsPerPage = 400
const pointsPerPart = 5_000

/** Runs by their ids, a few hundred at a time with everything that belongs to them; each table is read by its index on the run. */
export async function* readRuns(query: Query, tables: Tables, cursor: string | null): AsyncGenerator<RunPage> {
  const times = ['start_time', 'end_time'].map((column) => tables.optional('runs', column, 'number')).join(', ')
  const texts = ['name', 'user_id', 'status', 'lifecycle_stage', 'artifact_uri', 'experiment_id']
    .map((column) => tables.optional('runs', column))
    .join(', ')
  for (let last = cursor ?? ''; ; ) {
    const rows = await query.all(
      `select run_uuid, ${texts}, ${times} from runs where run_uuid > ? order by run_uuid limit ${runsPerPage}`,
      [last],
    )
    const ids = rows.map((row) => text(row.run_uuid))
    const from = ids[0]
    const to = ids.at(-1)
    if (from === undefined || to === undefined) return
    const range = [from, to]
    const params = await pairs(query, tables, 'params', range)
    const tags = await pairs(query, tables, 'tags', range)
    const inputs = await inputsOf(query, tables, range)
    const models = await linksOf(query, tables, range)
    yield {
      cursor: to,
      problems: [],
      runs: rows.map((row): RunRecord => {
        const id = text(row.run_uuid)
        return {
          id,
          experiment_id: text(row.experiment_id),
          name: text(row.name),
          user: text(row.user_id),
          status: text(row.status) || 'RUNNING',
          start_time: number(row.start_time),
          end_time: number(row.end_time),
          deleted: row.lifecycle_stage === 'deleted',
          location: text(row.artifact_uri),
          params: params.get(id) ?? [],
          tags: tags.get(id) ?? [],
          inputs: inputs.get(id) ?? [],
          models: models.get(id) ?? [],
        }
      }),
      points: (wanted) => pointsOf(query, tables, range, wanted),
    }
    last = to
  }
}

async function* pointsOf(
  query: Query,
  tables: Tables,
  range: readonly string[],
  wanted: ReadonlySet<string>,
): AsyncGenerator<readonly PointRecord[]> {
  if (!tables.has('metrics')) return
  const number_ = (column: string) => `cast(${column} as double precision) as ${column}`
  const isNan = 'case when is_nan then 1 else 0 end as is_nan'
  const columns = `run_uuid, key, ${['value', 'timestamp', 'step'].map(number_).join(', ')}, ${isNan}`
  const select = `select ${columns} from metrics where run_uuid >= ? and run_uuid <= ?`
  for await (const rows of query.each(select, range, pointsPerPart)) {
    const points: PointRecord[] = []
    for (const row of rows) {
      const run_id = text(row.run_uuid)
      if (!wanted.has(run_id)) continue
      points.push({
        run_id,
        key: text(row.key),
        value: Number(row.is_nan) === 1 ? Number.NaN : Number(row.value),
        step: Number(row.step ?? 0),
        timestamp: Number(row.timestamp ?? 0),
      })
    }
    yield points
  }
}

async function pairs(query: Query, tables: Tables, table: 'params' | 'tags', range: readonly string[]) {
  const found = new Map<string, KeyValue[]>()
  if (!tables.has(table)) return found
  const select = `select run_uuid, key, value from ${table} where run_uuid >= ? and run_uuid <= ?`
  for (const row of await query.all(select, range)) {
    listIn(found, text(row.run_uuid)).push({ key: text(row.key), value: text(row.value) })
  }
  return found
}

async function inputsOf(query: Query, tables: Tables, range: readonly string[]): Promise<Map<string, InputRecord[]>> {
  const found = new Map<string, InputRecord[]>()
  if (!tables.has('inputs') || !tables.has('datasets')) return found
  const within = `i.source_type = 'DATASET' and i.destination_type = 'RUN' and i.destination_id >= ? and i.destination_id <= ?`
  const tags = new Map<string, KeyValue[]>()
  if (tables.has('input_tags')) {
    const select = `select t.input_uuid, t.name, t.value from input_tags t join inputs i on i.input_uuid = t.input_uuid
      where ${within} order by t.input_uuid, t.name`
    for (const row of await query.all(select, range)) {
      listIn(tags, text(row.input_uuid)).push({ key: text(row.name), value: text(row.value) })
    }
  }
  const select = `select i.input_uuid, i.destination_id, d.name, d.digest, d.dataset_source_type, d.dataset_source,
    d.dataset_schema, d.dataset_profile from inputs i join datasets d on d.dataset_uuid = i.source_id where ${within}
    order by i.destination_id, i.input_uuid`
  for (const row of await query.all(select, range)) {
    listIn(found, text(row.destination_id)).push({
      name: text(row.name),
      digest: text(row.digest),
      source_type: text(row.dataset_source_type),
      source: text(row.dataset_source),
      schema: nullableText(row.dataset_schema),
      profile: nullableText(row.dataset_profile),
      tags: tags.get(text(row.input_uuid)) ?? [],
    })
  }
  return found
}

/** Logged models that a run read or made, since release 3. */
async function linksOf(query: Query, tables: Tables, range: readonly string[]): Promise<Map<string, ModelLink[]>> {
  const found = new Map<string, ModelLink[]>()
  if (!tables.has('logged_models')) return found
  const select = `select source_type, source_id, destination_id, ${tables.optional('inputs', 'step', 'number')} from inputs
    where source_type in ('RUN_INPUT', 'RUN_OUTPUT') and source_id >= ? and source_id <= ?`
  for (const row of await query.all(select, range)) {
    listIn(found, text(row.source_id)).push({
      direction: row.source_type === 'RUN_INPUT' ? 'input' : 'output',
      model_id: text(row.destination_id),
      step: number(row.step) ?? 0,
    })
  }
  return found
}

export function listIn<T>(map: Map<string, T[]>, key: string): T[] {
  const list = map.get(key) ?? []
  map.set(key, list)
  return list
}
