import { badRequest, conflict, notFound } from '../../lib/errors.ts'
import type { Digest } from '../../lib/ids.ts'
import { pathOfUri, toLookupPath } from '../artifacts/index.ts'
import type { ModelVersion, VersionId } from '../registry/schema.ts'
import { endpointOf } from './endpoint.ts'
import type { Materials, StoredTable } from './materials.ts'
import { modelFileOf } from './model-file.ts'
import type { EvaluationParts } from './parts.ts'
import type { EvaluationSource, Evidence, EvidenceKind } from './schema.ts'
import * as store from './store.ts'

/** Versions before this one that are tried, newest first. */
const mostTried = 10
const formats = { csv: 'csv', parquet: 'parquet', json: 'json' } as const

/** Finds everything that an examination looks at: anew for an evaluation, or exactly what evidence names. */
export function createGathering({ db, versions, datasets, artifacts, runs, blobs, scoring }: EvaluationParts) {
  async function forEvaluation({
    versionId,
    dataset,
    source,
    protocol,
    kinds,
  }: {
    versionId: VersionId
    dataset: Digest
    source: EvaluationSource
    protocol: store.StoredProtocol
    kinds: readonly EvidenceKind[]
  }): Promise<Materials> {
    const version = await versions.findById(versionId)
    if (!version) throw notFound('model version', versionId)
    return {
      version,
      source: sourceOf(version, source.kind, protocol),
      dataset: await tableOf(dataset, source.kind === 'predictions' ? source.artifact : undefined),
      protocol,
      previous: kinds.includes('slices') && source.kind === 'model' ? await previousOf(version) : null,
      training: kinds.includes('privacy') ? await trainingOf(version, protocol) : null,
    }
  }

  /** Exactly what the evidence names: nothing newer, and nothing under the same name with other bytes. */
  async function forEvidence(evidence: Evidence, modelId: string): Promise<Materials> {
    const named = (role: string) => evidence.inputs.find((one) => one.role === role)
    const input = (role: string) => {
      const found = named(role)
      if (!found) throw conflict(`the evidence names no ${role}, so it cannot be computed again`)
      return found
    }
    const version = await versions.findById(evidence.subject.id as VersionId)
    if (!version) throw notFound('model version', evidence.subject.id)
    const protocol = await store.findProtocolByDigest(db, modelId, input('protocol').digest)
    if (!protocol) throw notFound('evaluation protocol', input('protocol').digest)
    const predictions = named('predictions')
    const table = predictions ?? input('dataset')
    const training = named('training')
    const before = named('previous_model')
    return {
      version,
      source: predictions
        ? { kind: 'predictions' }
        : named('endpoint')
          ? sourceOf(version, 'endpoint', protocol)
          : { kind: 'model', file: sameModel(version, input('model').digest) },
      dataset: { ...(await tableOf(table.digest, table.name)), name: table.name },
      protocol,
      previous: before ? await namedVersion(version.model, before) : null,
      training: training ? { ...(await tableOf(training.digest, training.name)), name: training.name } : null,
    }
  }

  async function namedVersion(
    model: string,
    { name, digest }: Evidence['inputs'][number],
  ): Promise<Materials['previous']> {
    const version = await versions.get(model, Number(name.split('/')[0]))
    return { version, file: sameModel(version, digest) }
  }

  function sourceOf(
    version: ModelVersion,
    kind: EvaluationSource['kind'],
    { protocol }: store.StoredProtocol,
  ): Materials['source'] {
    switch (kind) {
      case 'model':
        return { kind, file: modelFileOf(version) }
      case 'predictions':
        return { kind }
      case 'endpoint':
        return { kind, endpoint: endpointOf(version, protocol, scoring.hosts) }
    }
  }

  /** A stored dataset, or, under a file's name, an artifact with these bytes. */
  async function tableOf(digest: Digest, path?: string): Promise<StoredTable> {
    const stored = await datasets.find(digest)
    if (stored) return { name: stored.name, digest, format: stored.format }
    if (path === undefined) throw notFound('dataset version', digest)
    if (!(await blobs.head(digest))) throw notFound('stored file', digest)
    return { name: path, digest, format: formatOf(path) }
  }

  /** The digest of a table among the artifacts of the run that made a version. */
  async function artifactOf({ run_id, model, version }: ModelVersion, path: string): Promise<Digest> {
    formatOf(path)
    if (run_id === null) throw badRequest(`version ${version} of ${model} has no run, so it has no artifacts`)
    const run = await runs.get(run_id)
    const root = pathOfUri(run.artifact_uri)
    const below = toLookupPath(path)
    const file = root && below ? await artifacts.find(`${root}/${below}`) : undefined
    if (!file) throw notFound('artifact of the run', path)
    return file.digest
  }

  async function previousOf({ model, version }: ModelVersion): Promise<Materials['previous']> {
    for (let number = version - 1; number > 0 && number >= version - mostTried; number--) {
      const before = await versions.find(model, number)
      const file = before && scorable(before)
      if (before && file) return { version: before, file }
    }
    return null
  }

  async function trainingOf(
    { manifest }: ModelVersion,
    { protocol }: store.StoredProtocol,
  ): Promise<StoredTable | null> {
    if (protocol.privacy?.training) return tableOf(protocol.privacy.training)
    for (const { context, digest } of manifest.datasets) {
      if (!/train/i.test(context ?? '')) continue
      const stored = await datasets.match(db, { digest, source: digest })
      if (stored) return { name: stored.name, digest: stored.digest, format: stored.format }
    }
    return null
  }

  return { forEvaluation, forEvidence, artifactOf, tableOf }
}

export type Gathering = ReturnType<typeof createGathering>

function sameModel(version: ModelVersion, digest: Digest) {
  const file = modelFileOf(version)
  if (file.sha256 === digest) return file
  throw conflict('the evidence is about another model file than the version has')
}

function scorable(version: ModelVersion) {
  try {
    return modelFileOf(version)
  } catch {
    return undefined
  }
}

function formatOf(path: string): StoredTable['format'] {
  const ending = path.split('.').at(-1)?.toLowerCase() ?? ''
  const format = Object.entries(formats).find(([name]) => name === ending)?.[1]
  if (format) return format
  throw badRequest(`${path} is no table that can be read: it must end in .csv, .parquet or .json`)
}
