import { join } from 'node:path'
import type { InputRecord, ModelLink, PointRecord, RunPage, RunRecord } from '../../../modules/imports/index.ts'
import type { ImportProblem } from '../../../modules/imports/schema.ts'
import { type Place, placesIn } from './folder-places.ts'
import { foldersIn, problemOf, readPairs, readSeries } from './folder-values.ts'
import { nullableText, number, runStatuses, text } from './values.ts'
import { type Meta, readMeta } from './yaml.ts'

const runsPerPage = 100
const notRuns = new Set(['tags', 'datasets', 'traces', 'models', 'artifacts'])

type Found = { run: RunRecord; folder: string }

/** Experiment after experiment, run after run, in the order of their folders' names. */
export async function* readFolderRuns(root: string, cursor: string | null): AsyncGenerator<RunPage> {
  const [lastPlace = '', lastRun = ''] = cursor?.split('/') ?? []
  for (const place of await placesIn(root)) {
    if (place.folder < lastPlace) continue
    const folders = (await foldersIn(place.path)).filter(
      (name) => !notRuns.has(name) && !(place.folder === lastPlace && name <= lastRun),
    )
    for (let from = 0; from < folders.length; from += runsPerPage) {
      const part = folders.slice(from, from + runsPerPage)
      const problems: ImportProblem[] = []
      const found: Found[] = []
      for (const folder of part) {
        const run = await readRun(place, folder, problems)
        if (run) found.push({ run, folder: join(place.path, folder) })
      }
      yield {
        cursor: `${place.folder}/${part.at(-1) ?? ''}`,
        runs: found.map(({ run }) => run),
        problems,
        points: (wanted) => pointsOf(found, wanted),
      }
    }
  }
}

async function* pointsOf(
  found: readonly Found[],
  wanted: ReadonlySet<string>,
): AsyncGenerator<readonly PointRecord[] | ImportProblem> {
  for (const { run, folder } of found) {
    if (!wanted.has(run.id)) continue
    const problems: ImportProblem[] = []
    for await (const points of readSeries(join(folder, 'metrics'), { kind: 'run', id: run.id, problems })) {
      yield points.map(({ key, value, step, timestamp }) => ({ run_id: run.id, key, value, step, timestamp }))
    }
    yield* problems
  }
}

async function readRun(place: Place, folder: string, problems: ImportProblem[]): Promise<RunRecord | undefined> {
  const path = join(place.path, folder)
  const read = await readMeta(join(path, 'meta.yaml'))
  const refuse = (code: string, message: string) => {
    problems.push(problemOf('run', folder, code, message))
    return undefined
  }
  // Artifacts may lie in the same folder.
  if (!read) return undefined
  if ('reason' in read) return refuse('meta_unreadable', read.reason)
  const { meta } = read
  const id = text(meta.run_id ?? meta.run_uuid)
  if (id !== folder) return refuse('meta_wrong', `its meta.yaml says that it is ${id}`)
  if (text(meta.experiment_id) !== place.folder) {
    return refuse('meta_wrong', `its meta.yaml says that it is of experiment ${text(meta.experiment_id)}`)
  }
  const about = { kind: 'run' as const, id, problems }
  const [params, tags] = await Promise.all([
    readPairs(join(path, 'params'), about),
    readPairs(join(path, 'tags'), about),
  ])
  const status = text(meta.status)
  return {
    id,
    experiment_id: place.folder,
    name: text(meta.run_name ?? meta.name),
    user: text(meta.user_id),
    status: status === '' ? 'RUNNING' : (runStatuses[status] ?? status),
    start_time: number(meta.start_time),
    end_time: number(meta.end_time),
    deleted: place.trashed || meta.lifecycle_stage === 'deleted',
    location: text(meta.artifact_uri),
    params,
    tags,
    inputs: await inputsOf(place, path, id, problems),
    models: await linksOf(path),
  }
}

async function inputsOf(place: Place, path: string, id: string, problems: ImportProblem[]): Promise<InputRecord[]> {
  const inputs: InputRecord[] = []
  for (const { meta } of await metasIn(join(path, 'inputs'))) {
    if (meta.source_type !== 'DATASET') continue
    const dataset = text(meta.source_id)
    const read = /^[\w-]+$/.test(dataset)
      ? await readMeta(join(place.path, 'datasets', dataset, 'meta.yaml'))
      : undefined
    if (!read || 'reason' in read) {
      problems.push(problemOf('run', `${id} input ${dataset}`, 'input_missing', 'its dataset cannot be read'))
      continue
    }
    const tags = typeof meta.tags === 'object' && meta.tags !== null ? Object.entries(meta.tags) : []
    inputs.push({
      name: text(read.meta.name),
      digest: text(read.meta.digest),
      source_type: text(read.meta.source_type),
      source: text(read.meta.source),
      schema: nullableText(read.meta.schema),
      profile: nullableText(read.meta.profile),
      tags: tags.map(([key, value]) => ({ key, value: text(value) })),
    })
  }
  return inputs
}

async function linksOf(path: string): Promise<ModelLink[]> {
  const links: ModelLink[] = []
  for (const [folder, direction] of [
    ['inputs', 'input'],
    ['outputs', 'output'],
  ] as const) {
    for (const { meta, name } of await metasIn(join(path, folder))) {
      if (meta.source_type === 'DATASET') continue
      const model_id = text(meta.destination_type).startsWith('MODEL') ? text(meta.destination_id) : name
      links.push({ direction, model_id, step: number(meta.step) ?? 0 })
    }
  }
  return links
}

async function metasIn(folder: string): Promise<{ name: string; meta: Meta }[]> {
  const metas = []
  for (const name of await foldersIn(folder)) {
    const read = await readMeta(join(folder, name, 'meta.yaml'))
    if (read && 'meta' in read) metas.push({ name, meta: read.meta })
  }
  return metas
}
