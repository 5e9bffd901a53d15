import { join } from 'node:path'
import type { ExperimentRecord, ImportSource, LoggedModelRecord, Read } from '../../../modules/imports/index.ts'
import type { ImportProblem } from '../../../modules/imports/schema.ts'
import { placesIn, registryFolder } from './folder-places.ts'
import { readFolderModels, readFolderVersions } from './folder-registry.ts'
import { readFolderRuns } from './folder-runs.ts'
import { foldersIn, problemOf, readPairs, readSeries } from './folder-values.ts'
import type { LocalFiles } from './local-files.ts'
import { modelStatuses, number, text } from './values.ts'
import { readMeta } from './yaml.ts'

/** An `mlruns` folder: MLflow's store of files. */
export function folderSource(
  root: string,
  { label, key, files }: { label: string; key: string; files: LocalFiles },
): ImportSource {
  return {
    label,
    key,
    cheapPoints: true,
    experiments: () => readExperiments(root),
    runs: (cursor) => readFolderRuns(root, cursor),
    loggedModels: () => readLoggedModels(root),
    models: () => readFolderModels(join(root, registryFolder)),
    versions: () => readFolderVersions(join(root, registryFolder)),
    brings: files.brings,
    files: (location) => files.files(location),
    counts: async () => ({}),
    close: async () => {},
  }
}

async function* readExperiments(root: string): AsyncGenerator<Read<ExperimentRecord>> {
  for (const { folder, path, trashed } of await placesIn(root)) {
    const read = await readMeta(join(path, 'meta.yaml'))
    if (!read) {
      // A folder without it is somebody else's, such as the artifacts of an experiment.
      continue
    }
    if ('reason' in read) {
      yield { problem: problemOf('experiment', folder, 'meta_unreadable', read.reason) }
      continue
    }
    const { meta } = read
    const id = text(meta.experiment_id)
    if (id !== folder) {
      yield { problem: problemOf('experiment', folder, 'meta_wrong', `its meta.yaml says that it is ${id}`) }
      continue
    }
    const problems: ImportProblem[] = []
    const tags = await readPairs(join(path, 'tags'), { kind: 'experiment', id, problems })
    for (const problem of problems) yield { problem, alsoRefused: false }
    yield {
      record: {
        id,
        name: text(meta.name),
        location: text(meta.artifact_location),
        deleted: trashed || meta.lifecycle_stage === 'deleted',
        created_at: number(meta.creation_time),
        updated_at: number(meta.last_update_time),
        tags,
      },
    }
  }
}

async function* readLoggedModels(root: string): AsyncGenerator<Read<LoggedModelRecord>> {
  for (const place of await placesIn(root)) {
    const folder = join(place.path, 'models')
    for (const id of await foldersIn(folder)) {
      const read = await readMeta(join(folder, id, 'meta.yaml'))
      if (!read || 'reason' in read) {
        if (read) yield { problem: problemOf('logged_model', id, 'meta_unreadable', read.reason) }
        continue
      }
      const { meta } = read
      const problems: ImportProblem[] = []
      const about = { kind: 'logged_model' as const, id, problems }
      const metrics = []
      for await (const points of readSeries(join(folder, id, 'metrics'), about)) metrics.push(...points)
      const params = await readPairs(join(folder, id, 'params'), about)
      const tags = await readPairs(join(folder, id, 'tags'), about)
      for (const problem of problems) yield { problem, alsoRefused: false }
      const run = text(meta.source_run_id)
      yield {
        record: {
          id: text(meta.model_id) || id,
          experiment_id: text(meta.experiment_id),
          name: text(meta.name),
          model_type: text(meta.model_type),
          run_id: run,
          location: text(meta.artifact_location ?? meta.artifact_uri),
          status: modelStatuses[text(meta.status)] ?? text(meta.status),
          created_at: number(meta.creation_timestamp) ?? 0,
          updated_at: number(meta.last_updated_timestamp) ?? 0,
          deleted: meta.lifecycle_stage === 'deleted',
          params,
          tags,
          metrics: metrics.map((point) => ({ ...point, run_id: point.run_id || run })),
        },
      }
    }
  }
}
