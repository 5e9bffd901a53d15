import type { ImportSource, RunPage } from '../../../modules/imports/index.ts'
import { readRuns } from './database-runs.ts'
import { readExperiments, readLoggedModels, readModels, readVersions } from './database-things.ts'
import type { LocalFiles } from './local-files.ts'
import type { Query } from './sql.ts'
import { deletedStage } from './values.ts'

/** MLflow's database, of release 2 or 3: tables and columns that an older one lacks are read as empty. */
export async function databaseSource(
  query: Query,
  { label, key, files }: { label: string; key: string; files: LocalFiles },
): Promise<ImportSource | { reason: string }> {
  const experiments = await query.columns('experiments')
  const runs = await query.columns('runs')
  if (!experiments.has('experiment_id') || !runs.has('run_uuid')) {
    await query.close()
    return { reason: 'it has no tables of MLflow' }
  }
  const tables = await shapeOf(query)

  async function counts() {
    const count = async (table: string, where = '') => {
      if (!tables.has(table)) return 0
      const [row] = await query.all(`select count(*) as n from ${table}${where}`)
      return Number(row?.n ?? 0)
    }
    return {
      experiments: await count('experiments', tables.scope('experiments', 'where')),
      runs: await count('runs'),
      metrics: await count('latest_metrics'),
      points: await count('metrics'),
      logged_models: await count('logged_models'),
      models: await count('registered_models', tables.scope('registered_models', 'where')),
      versions: await count(
        'model_versions',
        ` where coalesce(current_stage, '') != '${deletedStage}'${tables.scope('model_versions', 'and')}`,
      ),
    }
  }

  return {
    label,
    key,
    cheapPoints: true,
    experiments: () => readExperiments(query, tables),
    runs: (cursor): AsyncIterable<RunPage> => readRuns(query, tables, cursor),
    loggedModels: () => readLoggedModels(query, tables),
    models: () => readModels(query, tables),
    versions: () => readVersions(query, tables),
    brings: files.brings,
    files: (location) => files.files(location),
    counts,
    close: () => query.close(),
  }
}

const known = [
  'experiments',
  'experiment_tags',
  'runs',
  'params',
  'tags',
  'metrics',
  'latest_metrics',
  'datasets',
  'inputs',
  'input_tags',
  'logged_models',
  'logged_model_params',
  'logged_model_tags',
  'logged_model_metrics',
  'registered_models',
  'registered_model_tags',
  'registered_model_aliases',
  'model_versions',
  'model_version_tags',
] as const

export type Tables = Awaited<ReturnType<typeof shapeOf>>

/** Which tables and columns there are. */
async function shapeOf(query: Query) {
  const columns = new Map<string, ReadonlySet<string>>()
  for (const table of known) columns.set(table, await query.columns(table))
  const hasColumn = (table: string, column: string) => columns.get(table)?.has(column) ?? false
  return {
    has: (table: string) => (columns.get(table)?.size ?? 0) > 0,
    /** A column that may be missing, under its own name; a number as a double, because no integer here is one for sure. */
    optional: (table: string, column: string, kind: 'text' | 'number' = 'text') => {
      const type = kind === 'text' ? 'text' : 'double precision'
      return `cast(${hasColumn(table, column) ? column : 'null'} as ${type}) as ${column}`
    },
    /** Releases with workspaces keep several in one database; the first one is imported. */
    scope: (table: string, word: 'where' | 'and') =>
      hasColumn(table, 'workspace') ? ` ${word} workspace = 'default'` : '',
  }
}
