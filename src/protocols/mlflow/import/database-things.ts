import type {
  ExperimentRecord,
  KeyValue,
  LoggedModelRecord,
  ModelPoint,
  ModelRecord,
  Read,
  VersionRecord,
} from '../../../modules/imports/index.ts'
import type { Tables } from './database.ts'
import { listIn } from './database-runs.ts'
import type { Parameter, Query } from './sql.ts'
import { deletedStage, modelStatuses, number, text } from './values.ts'

const perPage = 200

export async function* readExperiments(query: Query, tables: Tables): AsyncGenerator<Read<ExperimentRecord>> {
  const columns = [
    'name',
    tables.optional('experiments', 'artifact_location'),
    tables.optional('experiments', 'lifecycle_stage'),
    tables.optional('experiments', 'creation_time', 'number'),
    tables.optional('experiments', 'last_update_time', 'number'),
  ].join(', ')
  const scope = tables.scope('experiments', 'and')
  for (let last = -1; ; ) {
    const rows = await query.all(
      `select experiment_id, ${columns} from experiments where experiment_id > ?${scope} order by experiment_id limit ${perPage}`,
      [last],
    )
    const ids = rows.map((row) => Number(row.experiment_id))
    if (ids.length === 0) return
    const tags = await pairs(query, tables, 'experiment_tags', ['experiment_id', 'key', 'value'], ends(ids))
    for (const row of rows) {
      const id = text(row.experiment_id)
      yield {
        record: {
          id,
          name: text(row.name),
          location: text(row.artifact_location),
          deleted: row.lifecycle_stage === 'deleted',
          created_at: number(row.creation_time),
          updated_at: number(row.last_update_time),
          tags: tags.get(id) ?? [],
        },
      }
    }
    last = ids.at(-1) ?? last
  }
}

export async function* readLoggedModels(query: Query, tables: Tables): AsyncGenerator<Read<LoggedModelRecord>> {
  if (!tables.has('logged_models')) return
  const texts = [
    'experiment_id',
    'name',
    'artifact_location',
    'status',
    'lifecycle_stage',
    'model_type',
    'source_run_id',
  ]
  const times = ['creation_timestamp_ms', 'last_updated_timestamp_ms']
  const columns = [
    ...texts.map((column) => tables.optional('logged_models', column)),
    ...times.map((column) => tables.optional('logged_models', column, 'number')),
  ].join(', ')
  for (let last = ''; ; ) {
    const rows = await query.all(
      `select model_id, ${columns} from logged_models where model_id > ? order by model_id limit ${perPage}`,
      [last],
    )
    const ids = rows.map((row) => text(row.model_id))
    if (ids.length === 0) return
    const params = await pairs(
      query,
      tables,
      'logged_model_params',
      ['model_id', 'param_key', 'param_value'],
      ends(ids),
    )
    const tags = await pairs(query, tables, 'logged_model_tags', ['model_id', 'tag_key', 'tag_value'], ends(ids))
    const metrics = await metricsOf(query, tables, ends(ids))
    for (const row of rows) {
      const id = text(row.model_id)
      yield {
        record: {
          id,
          experiment_id: text(row.experiment_id),
          name: text(row.name),
          model_type: text(row.model_type),
          run_id: text(row.source_run_id),
          location: text(row.artifact_location),
          status: modelStatuses[text(row.status)] ?? text(row.status),
          created_at: number(row.creation_timestamp_ms) ?? 0,
          updated_at: number(row.last_updated_timestamp_ms) ?? 0,
          deleted: row.lifecycle_stage === 'deleted',
          params: params.get(id) ?? [],
          tags: tags.get(id) ?? [],
          metrics: metrics.get(id) ?? [],
        },
      }
    }
    last = ids.at(-1) ?? last
  }
}

async function metricsOf(
  query: Query,
  tables: Tables,
  range: readonly Parameter[],
): Promise<Map<string, ModelPoint[]>> {
  const found = new Map<string, ModelPoint[]>()
  if (!tables.has('logged_model_metrics')) return found
  const numbers = ['metric_timestamp_ms', 'metric_step', 'metric_value']
    .map((column) => tables.optional('logged_model_metrics', column, 'number'))
    .join(', ')
  const select = `select model_id, metric_name, run_id, dataset_name, dataset_digest, ${numbers} from logged_model_metrics
    where model_id >= ? and model_id <= ? order by model_id, metric_name, metric_timestamp_ms, metric_step, run_id`
  for (const row of await query.all(select, range)) {
    listIn(found, text(row.model_id)).push({
      run_id: text(row.run_id),
      key: text(row.metric_name),
      value: number(row.metric_value) ?? Number.NaN,
      step: number(row.metric_step) ?? 0,
      timestamp: number(row.metric_timestamp_ms) ?? 0,
      dataset_name: text(row.dataset_name),
      dataset_digest: text(row.dataset_digest),
    })
  }
  return found
}

export async function* readModels(query: Query, tables: Tables): AsyncGenerator<Read<ModelRecord>> {
  if (!tables.has('registered_models')) return
  const columns = [
    tables.optional('registered_models', 'description'),
    tables.optional('registered_models', 'creation_time', 'number'),
    tables.optional('registered_models', 'last_updated_time', 'number'),
  ].join(', ')
  const scope = tables.scope('registered_models', 'and')
  for (let last = ''; ; ) {
    const rows = await query.all(
      `select name, ${columns} from registered_models where name > ?${scope} order by name limit ${perPage}`,
      [last],
    )
    const names = rows.map((row) => text(row.name))
    if (names.length === 0) return
    const range = ends(names)
    const tags = await pairs(query, tables, 'registered_model_tags', ['name', 'key', 'value'], range)
    const aliases = await pairs(query, tables, 'registered_model_aliases', ['name', 'alias', 'version'], range)
    const highest = await query.all(
      `select name, max(version) as last from model_versions where name >= ? and name <= ?${tables.scope('model_versions', 'and')}
        group by name`,
      range,
    )
    const numbers = new Map(highest.map((row) => [text(row.name), Number(row.last)]))
    for (const row of rows) {
      const name = text(row.name)
      yield {
        record: {
          name,
          description: text(row.description),
          created_at: number(row.creation_time),
          updated_at: number(row.last_updated_time),
          tags: tags.get(name) ?? [],
          aliases: (aliases.get(name) ?? []).map(({ key, value }) => ({ alias: key, version: Number(value) })),
          last_version: numbers.get(name) ?? 0,
        },
      }
    }
    last = names.at(-1) ?? last
  }
}

export async function* readVersions(query: Query, tables: Tables): AsyncGenerator<Read<VersionRecord>> {
  if (!tables.has('model_versions')) return
  const texts = [
    'description',
    'user_id',
    'current_stage',
    'source',
    'run_id',
    'run_link',
    'status',
    'storage_location',
  ]
  const columns = [
    ...texts.map((column) => tables.optional('model_versions', column)),
    tables.optional('model_versions', 'creation_time', 'number'),
    tables.optional('model_versions', 'last_updated_time', 'number'),
  ].join(', ')
  const scope = tables.scope('model_versions', 'and')
  for (let last = { name: '', version: 0 }; ; ) {
    const rows = await query.all(
      `select name, version, ${columns} from model_versions where (name > ? or (name = ? and version > ?))
        and coalesce(current_stage, '') != '${deletedStage}'${scope} order by name, version limit ${perPage}`,
      [last.name, last.name, last.version],
    )
    const end = rows.at(-1)
    if (!end) return
    const tags = await tagsOfVersions(query, tables, ends(rows.map((row) => text(row.name))))
    for (const row of rows) {
      const model = text(row.name)
      const version = Number(row.version)
      const source = text(row.source)
      yield {
        record: {
          model,
          version,
          description: text(row.description),
          user: text(row.user_id),
          stage: text(row.current_stage) || 'None',
          status: text(row.status) || 'READY',
          source,
          location: text(row.storage_location) || source,
          run_id: text(row.run_id) || null,
          run_link: text(row.run_link),
          created_at: number(row.creation_time),
          updated_at: number(row.last_updated_time),
          tags: tags.get(`${model} ${version}`) ?? [],
        },
      }
    }
    last = { name: text(end.name), version: Number(end.version) }
  }
}

async function tagsOfVersions(query: Query, tables: Tables, range: readonly Parameter[]) {
  const found = new Map<string, KeyValue[]>()
  if (!tables.has('model_version_tags')) return found
  const select = `select name, version, key, value from model_version_tags where name >= ? and name <= ?${tables.scope('model_version_tags', 'and')}
    order by name, version, key`
  for (const row of await query.all(select, range)) {
    listIn(found, `${text(row.name)} ${Number(row.version)}`).push({ key: text(row.key), value: text(row.value) })
  }
  return found
}

/** A table of keys and values, by what owns them, for the owners between two ends. */
async function pairs(
  query: Query,
  tables: Tables,
  table: string,
  [owner, key, value]: readonly [string, string, string],
  range: readonly Parameter[],
): Promise<Map<string, KeyValue[]>> {
  const found = new Map<string, KeyValue[]>()
  if (!tables.has(table)) return found
  const select = `select ${owner} as owner, ${key} as key, ${value} as value from ${table}
    where ${owner} >= ? and ${owner} <= ?${tables.scope(table, 'and')} order by ${owner}, ${key}`
  for (const row of await query.all(select, range)) {
    listIn(found, text(row.owner)).push({ key: text(row.key), value: text(row.value) })
  }
  return found
}

const ends = <T>(values: readonly T[]): T[] => [...values.slice(0, 1), ...values.slice(-1)]
