import type { z } from 'zod'
import type {
  ExperimentRecord,
  ImportSource,
  LoggedModelRecord,
  ModelRecord,
  Read,
  VersionRecord,
} from '../../../modules/imports/index.ts'
import { pages, type SourceClient, SourceError } from './server-client.ts'
import { serverFiles } from './server-files.ts'
import { Experiments, LoggedModels, Models, Versions } from './server-messages.ts'
import { readServerRuns } from './server-runs.ts'
import { deletedStage, modelStatuses } from './values.ts'

const api = '/api/2.0/mlflow'

/** A live MLflow server, read through its own API. */
export function serverSource(client: SourceClient, { label, key }: { label: string; key: string }): ImportSource {
  return {
    label,
    key,
    cheapPoints: false,
    experiments: () => readExperiments(client),
    runs: (cursor) => readServerRuns(client, () => experimentIds(client), cursor),
    loggedModels: () => readLoggedModels(client),
    models: () => readModels(client),
    versions: () => readVersions(client),
    // The server hands out what it can reach, wherever that is.
    brings: () => true,
    files: (location, owner) => serverFiles(client, location, owner),
    counts: async () => ({}),
    close: async () => {},
  }
}

async function* readExperiments(client: SourceClient): AsyncGenerator<Read<ExperimentRecord>> {
  const body = { max_results: 1000, view_type: 'ALL', order_by: ['experiment_id ASC'] }
  for await (const { experiments } of pages(client, `${api}/experiments/search`, Experiments, body)) {
    for (const one of experiments) {
      yield {
        record: {
          id: one.experiment_id,
          name: one.name,
          location: one.artifact_location,
          deleted: one.lifecycle_stage === 'deleted',
          created_at: one.creation_time,
          updated_at: one.last_update_time,
          tags: one.tags,
        },
      }
    }
  }
}

async function experimentIds(client: SourceClient): Promise<string[]> {
  const ids: string[] = []
  for await (const read of readExperiments(client)) if ('record' in read) ids.push(read.record.id)
  return ids.sort()
}

/** Servers before release 3 have none. Deleted ones are not told. */
async function* readLoggedModels(client: SourceClient): AsyncGenerator<Read<LoggedModelRecord>> {
  const ids = await experimentIds(client)
  for (let from = 0; from < ids.length; from += 50) {
    const body = { experiment_ids: ids.slice(from, from + 50), max_results: 50 }
    try {
      for await (const { models } of pages(client, `${api}/logged-models/search`, LoggedModels, body)) {
        for (const model of models) yield { record: loggedModelOf(model) }
      }
    } catch (error) {
      if (error instanceof SourceError && (error.status === 404 || error.status === 501)) return
      throw error
    }
  }
}

function loggedModelOf({ info, data }: z.infer<typeof LoggedModels>['models'][number]): LoggedModelRecord {
  return {
    id: info.model_id,
    experiment_id: info.experiment_id,
    name: info.name,
    model_type: info.model_type,
    run_id: info.source_run_id,
    location: info.artifact_uri,
    status: modelStatuses[info.status] ?? info.status,
    created_at: info.creation_timestamp_ms ?? 0,
    updated_at: info.last_updated_timestamp_ms ?? 0,
    deleted: false,
    params: data?.params ?? [],
    tags: info.tags,
    metrics: (data?.metrics ?? []).map((point) => ({
      key: point.key,
      value: point.value,
      step: point.step ?? 0,
      timestamp: point.timestamp ?? 0,
      run_id: point.run_id,
      dataset_name: point.dataset_name,
      dataset_digest: point.dataset_digest,
    })),
  }
}

async function* readModels(client: SourceClient): AsyncGenerator<Read<ModelRecord>> {
  for await (const { registered_models } of gets(client, `${api}/registered-models/search`, Models)) {
    for (const one of registered_models) {
      yield {
        record: {
          name: one.name,
          description: one.description,
          created_at: one.creation_timestamp,
          updated_at: one.last_updated_timestamp,
          tags: one.tags,
          aliases: one.aliases.map(({ alias, version }) => ({ alias, version: version ?? 0 })),
          last_version: 0,
        },
      }
    }
  }
}

async function* readVersions(client: SourceClient): AsyncGenerator<Read<VersionRecord>> {
  for await (const { model_versions } of gets(client, `${api}/model-versions/search`, Versions)) {
    for (const one of model_versions) {
      if (one.current_stage === deletedStage) continue
      yield {
        record: {
          model: one.name,
          version: one.version ?? 0,
          description: one.description,
          user: one.user_id,
          stage: one.current_stage || 'None',
          status: one.status || 'READY',
          source: one.source,
          location: one.source,
          run_id: one.run_id || null,
          run_link: one.run_link,
          created_at: one.creation_timestamp,
          updated_at: one.last_updated_timestamp,
          tags: one.tags,
        },
      }
    }
  }
}

/** The registry's searches are GET, and tell prompts only to who asks for them. */
async function* gets<T extends { next_page_token: string }>(
  client: SourceClient,
  path: string,
  schema: z.ZodType<T>,
): AsyncGenerator<T> {
  const byQuery = {
    post: (where: string, body: unknown) => client.get(where, body as Record<string, string>),
  }
  const query = { max_results: '1000', order_by: 'name ASC' }
  yield* pages(byQuery, path, schema, query)
  yield* pages(byQuery, path, schema, { ...query, filter: "tags.`mlflow.prompt.is_prompt` = 'true'" })
}
