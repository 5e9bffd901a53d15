import { within } from '../../blobs/direct.ts'
import { AppError, badRequest, forbidden, notFound } from '../../lib/errors.ts'
import { type Actor, permits } from '../access/schema.ts'
import { pathOfUri, runOf } from '../artifacts/index.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import { entriesOf, mostFiles } from './entries.ts'
import { readFacts } from './facts.ts'
import type { RegistryParts } from './parts.ts'
import type { DatasetRef, FileEntry, Manifest, VersionFacts } from './schema.ts'
import { sealDirect } from './seal-direct.ts'
import { parseSource } from './source.ts'
import { findLine, findNumberOfAlias, findVersionById } from './versions-store.ts'

/** MLflow's tag on a run's input: training, evaluation or what the client calls it. */
const contextTag = 'mlflow.data.context'
/** `<experiment>/<run>/artifacts`: less than that would seal other people's runs as well. */
const shortestPath = 3

/** A version before it has a number: read outside the transaction, because files take time. */
export type Draft = {
  manifest: Manifest
  facts: VersionFacts
  /** The artifact path that the files were read from, if there are any. */
  path: string | undefined
  location: string
  developers: readonly PersonId[]
}

type Found = {
  path: string | undefined
  location: string
  run: string | undefined
  files: readonly FileEntry[]
  people: readonly PersonId[]
}

export async function draftVersion(
  parts: RegistryParts,
  actor: Actor,
  source: string,
  runId: string | null,
): Promise<Draft> {
  const found = await findFiles(parts, actor, source, runId !== null)
  const run = await sealedRun(parts, actor, runId ?? found.run)
  const { facts, signature } = await readFacts(parts.artifacts.blobs, found.files)
  return {
    manifest: {
      format: 'modelkeep-manifest-1',
      files: [...found.files],
      run: run && { id: run.id, digest: run.digest },
      datasets: run?.datasets ?? [],
      signature,
    },
    facts,
    path: found.path,
    location: found.location,
    developers: [...new Set([...(run?.people ?? []), ...found.people])].sort(),
  }
}

/** A run that is not here is MLflow's to allow: the version then names no origin. */
async function sealedRun({ db, tracking, datasets }: RegistryParts, actor: ActorRef, id: string | undefined) {
  if (id === undefined || !(await tracking.runs.find(id))) return null
  const digest = await tracking.runs.sealOf(actor, id)
  const run = await tracking.runs.find(id)
  const refs: DatasetRef[] = []
  for (const input of run?.inputs ?? []) {
    const stored = await datasets.match(db, input)
    refs.push({
      name: input.name,
      digest: input.digest,
      context: input.tags.find((tag) => tag.key === contextTag)?.value ?? null,
      source_type: input.source_type,
      dataset_version: stored?.digest ?? null,
    })
  }
  const people = [...(run ? [run.created_by] : []), ...((await tracking.runs.contributorsOf(id)) as PersonId[])]
  return { id, digest, people, datasets: refs }
}

async function findFiles(parts: RegistryParts, actor: Actor, text: string, ofRun: boolean): Promise<Found> {
  const direct = parts.artifacts.direct.find(text)
  if (direct) {
    demandReading(actor)
    return { ...(await sealDirect(parts.artifacts, actor, direct)), run: undefined }
  }
  const source = parseSource(text, { ofRun })
  const nothing = { path: undefined, location: text, run: undefined, files: [], people: [] }
  switch (source.kind) {
    case 'elsewhere':
      return nothing
    case 'artifacts':
      demandReading(actor)
      return {
        ...(await filesAt(parts, source.path)),
        location: text,
        run: runOf(source.path) ?? (await runOfModel(parts, source.path)),
      }
    case 'run': {
      demandReading(actor)
      const run = await parts.tracking.runs.find(source.run)
      const place = run && parts.artifacts.direct.find(run.artifact_uri)
      if (place) return { ...(await sealDirect(parts.artifacts, actor, within(place, source.path))), run: run.id }
      const root = run && pathOfUri(run.artifact_uri)
      if (root === undefined) return { ...nothing, run: run?.id }
      const path = source.path === '' ? root : `${root}/${source.path}`
      return { ...(await filesAt(parts, path)), location: text, run: source.run }
    }
    case 'logged_model': {
      demandReading(actor)
      const model = await parts.tracking.models.find(source.id)
      const place = model && parts.artifacts.direct.find(model.artifact_uri)
      if (place) {
        const sealed = await sealDirect(parts.artifacts, actor, place)
        return { ...sealed, run: model.source_run_id || undefined, people: [model.created_by as PersonId] }
      }
      const path = model ? pathOfUri(model.artifact_uri) : await parts.artifacts.findLoggedModel(source.id)
      if (path === undefined) return { ...nothing, run: model?.source_run_id || undefined }
      const found = await filesAt(parts, path)
      const people = model ? [...found.people, model.created_by as PersonId] : found.people
      return { ...found, location: `mlflow-artifacts:/${path}`, run: model?.source_run_id || undefined, people }
    }
    case 'version':
      if (!permits(actor, 'registry.read', source.model))
        throw notFound('model version', `${source.model}/${source.which}`)
      return filesOfVersion(parts, source.model, source.which)
  }
}

/** The run that made the logged model whose files are at a path, `<experiment>/models/<id>/artifacts`. */
async function runOfModel({ tracking }: RegistryParts, path: string): Promise<string | undefined> {
  const [, models, id] = path.split('/')
  const model = models === 'models' && id !== undefined ? await tracking.models.find(id) : undefined
  return model?.source_run_id || undefined
}

/** A role on one model must not become a way to read every run's files. */
function demandReading(actor: Actor) {
  if (permits(actor, 'artifacts.read')) return
  throw forbidden('registering files of a run needs the permission artifacts.read', { permission: 'artifacts.read' })
}

/** A version made from another one has the same sealed files, and the same people made them. */
async function filesOfVersion({ db }: RegistryParts, model: string, which: string): Promise<Found> {
  const number = /^\d{1,9}$/.test(which) ? Number(which) : await findNumberOfAlias(db, model, which)
  const line = number === undefined ? undefined : await findLine(db, model, number)
  const version = line && (await findVersionById(db, line.id))
  if (!version) throw notFound('model version', `${model}/${which}`)
  return {
    path: undefined,
    location: line.location,
    run: version.manifest.run?.id ?? version.run_id ?? undefined,
    files: version.manifest.files,
    people: version.developers,
  }
}

async function filesAt({ db, artifacts }: RegistryParts, path: string) {
  const files = path === '' ? [] : await artifacts.filesBelow(db, path)
  if (files.length > mostFiles) throw badRequest(`the source has ${files.length} files, at most ${mostFiles} fit`)
  if (files.length > 0 && path.split('/').length < shortestPath) {
    throw badRequest(`Invalid model version source: ${path} holds more than one run's artifacts.`)
  }
  return {
    path: files.length > 0 ? path : undefined,
    files: entriesOf(path, files),
    people: files.map((file) => file.created_by),
  }
}

export const changedMeanwhile = () =>
  new AppError('unavailable', 'the files changed while they were being registered; try again')
