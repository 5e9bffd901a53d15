import { AppError, badRequest, notFound } from '../../lib/errors.ts'
import type { Digest } from '../../lib/ids.ts'
import { runOf } from '../artifacts/index.ts'
import type { ArtifactFile } from '../artifacts/schema.ts'
import type { PersonId } from '../audit/schema.ts'
import { readFacts } from './facts.ts'
import type { RegistryParts } from './parts.ts'
import type { DatasetRef, FileEntry, Manifest, VersionFacts } from './schema.ts'
import { parseSource, pathOfUri } from './source.ts'
import { findLine, findNumberOfAlias, findVersionById } from './versions-store.ts'

const mostFiles = 20_000
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

export async function draftVersion(parts: RegistryParts, source: string, runId: string | null): Promise<Draft> {
  const found = await findFiles(parts, source)
  const run = runId ?? found.run
  const known = run === undefined || run === null ? undefined : await parts.runs.find(run)
  const datasets: DatasetRef[] = []
  for (const input of known?.inputs ?? []) {
    const { name, digest, context, source_type } = input
    const stored = await parts.datasets.match(parts.db, input)
    datasets.push({ name, digest, context, source_type, dataset_version: stored?.digest ?? null })
  }
  const { facts, signature } = await readFacts(parts.artifacts.blobs, found.files)
  return {
    manifest: {
      format: 'modelkeep-manifest-1',
      files: [...found.files],
      run: known ? { id: known.id, digest: known.digest } : null,
      datasets,
      signature,
    },
    facts,
    path: found.path,
    location: found.location,
    developers: [...new Set([...(known?.people ?? []), ...found.people])].sort(),
  }
}

async function findFiles(parts: RegistryParts, text: string): Promise<Found> {
  const source = parseSource(text)
  const nothing = { path: undefined, location: text, run: undefined, files: [], people: [] }
  switch (source.kind) {
    case 'elsewhere':
      return nothing
    case 'artifacts':
      return { ...(await filesAt(parts, source.path)), location: text, run: runOf(source.path) }
    case 'run': {
      const run = await parts.runs.find(source.run)
      const root = run && pathOfUri(run.artifact_uri)
      if (root === undefined) return { ...nothing, run: run?.id }
      const path = source.path === '' ? root : `${root}/${source.path}`
      return { ...(await filesAt(parts, path)), location: text, run: source.run }
    }
    case 'logged_model': {
      const logged = await parts.runs.findLoggedModel(source.id)
      const path = logged && pathOfUri(logged.artifact_location)
      if (!logged || path === undefined) return nothing
      return { ...(await filesAt(parts, path)), location: logged.artifact_location, run: logged.run_id ?? undefined }
    }
    case 'version':
      return filesOfVersion(parts, source.model, source.which)
  }
}

/** A version made from another one has the same sealed files, and the same people made them. */
async function filesOfVersion({ db }: RegistryParts, model: string, which: string): Promise<Found> {
  const number = /^\d+$/.test(which) ? Number(which) : await findNumberOfAlias(db, model, which)
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

/** Paths in a manifest are relative to the source; a source that is one file has its name. */
export function entriesOf(root: string, files: readonly ArtifactFile[]): FileEntry[] {
  return files.map(({ path, size, digest, media_type }) => ({
    path: path === root ? path.slice(path.lastIndexOf('/') + 1) : path.slice(root.length + 1),
    size,
    sha256: digest as Digest,
    media_type,
  }))
}

export const changedMeanwhile = () =>
  new AppError('unavailable', 'the files changed while they were being registered; try again')
