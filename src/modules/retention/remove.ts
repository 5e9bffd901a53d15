import type { Tx } from '../../db/database.ts'
import { digestOf } from '../../lib/digest.ts'
import type { JsonObject } from '../../lib/json.ts'
import { artifactPurge, pathOfUri } from '../artifacts/index.ts'
import type { Thing } from '../audit/schema.ts'
import { removeComments } from '../comments/index.ts'
import { evaluationPurge } from '../evaluation/index.ts'
import { genaiPurge } from '../genai/index.ts'
import { registryPurge } from '../registry/index.ts'
import { reviewPurge } from '../reviews/index.ts'
import { tracePurge } from '../traces/index.ts'
import { trackingPurge } from '../tracking/index.ts'
import { removeValidations } from '../validation/index.ts'
import { countOf, nothing } from './plan.ts'
import type { Counts, PurgeKind } from './schema.ts'
import { pathOfRun } from './select.ts'

/** What went, for the event that says so: ids, digests and counts, and nothing of what was in it. */
export type Removed = { things: JsonObject[]; about: Thing[]; counts: Counts }

/** Removes things that nothing holds. The points of runs are left to `removePoints`, in small portions. */
export async function removeThings(tx: Tx, kind: PurgeKind, ids: readonly string[]): Promise<Removed> {
  const removed: Removed = { things: [], about: [], counts: { ...nothing } }
  removed.counts[countOf[kind]] = ids.length
  await removers[kind](tx, ids, removed)
  removed.about = [...new Set(removed.about)]
  return removed
}

type Remover = (tx: Tx, ids: readonly string[], removed: Removed) => Promise<void>

const removers: Record<PurgeKind, Remover> = {
  run: removeRuns,
  logged_model: removeLoggedModels,
  trace: removeTraces,
  artifacts: async (tx, paths, removed) => {
    for (const path of paths) {
      removed.things.push({ path, ...(await takeFiles(tx, path, removed)) })
      removed.about.push(`artifact:${path}`)
    }
  },
  version: removeVersions,
  model: async (tx, ids, removed) => {
    for (const { id, name } of await registryPurge.readModels(tx, ids)) {
      await evaluationPurge.removeProtocolsOf(tx, id)
      await registryPurge.removeModel(tx, id)
      removed.things.push({ id, name })
      removed.about.push(`model:${id}`)
    }
  },
  experiment: removeExperiments,
}

async function removeRuns(tx: Tx, ids: readonly string[], removed: Removed): Promise<void> {
  const runs = await trackingPurge.readPurgeRuns(tx, ids)
  const made = await trackingPurge.modelsMadeBy(tx, ids)
  for (const run of runs) {
    const files = await takeFiles(tx, pathOfRun(run), removed)
    removed.things.push({ id: run.id, experiment: run.experiment_id, seal: run.seal, ...files })
    removed.about.push(`run:${run.id}`, `experiment:${run.experiment_id}`)
  }
  await removeModelRows(tx, made, removed)
  removed.counts.logged_models += made.length
  await tracePurge.unlinkRuns(tx, ids)
  await trackingPurge.removeRuns(tx, ids)
}

async function removeLoggedModels(tx: Tx, ids: readonly string[], removed: Removed): Promise<void> {
  await removeModelRows(tx, await trackingPurge.readPurgeModels(tx, ids), removed)
}

type ModelRows = Awaited<ReturnType<typeof trackingPurge.readPurgeModels>>

async function removeModelRows(tx: Tx, models: ModelRows, removed: Removed): Promise<void> {
  const ids = models.map(({ id }) => id)
  for (const model of models) {
    const path = pathOfUri(model.artifact_uri)
    const files = await takeFiles(tx, path?.split('/').includes(model.id) ? path : undefined, removed)
    removed.things.push({ id: model.id, experiment: model.experiment_id, run: model.source_run_id, ...files })
    removed.about.push(`logged_model:${model.id}`)
  }
  for (const { run_id } of await trackingPurge.runsOfModels(tx, ids)) removed.about.push(`run:${run_id}`)
  await trackingPurge.removeLoggedModels(tx, ids)
}

async function removeTraces(tx: Tx, ids: readonly string[], removed: Removed): Promise<void> {
  for (const trace of await tracePurge.readPurgeTraces(tx, ids)) {
    const path = trace.location === null ? undefined : pathOfUri(trace.location)
    const files = await takeFiles(tx, path?.split('/').includes(trace.id) ? path : undefined, removed)
    removed.things.push({ id: trace.id, experiment: trace.experiment_id, ...files })
    removed.about.push(`experiment:${trace.experiment_id}`)
  }
  await tracePurge.removeTraces(tx, ids)
}

async function removeVersions(tx: Tx, ids: readonly string[], removed: Removed): Promise<void> {
  const versions = await registryPurge.readVersions(tx, ids)
  await artifactPurge.dropSealsOf(tx, ids)
  await evaluationPurge.removeEvaluationsOf(tx, ids)
  await reviewPurge.removeWaivers(tx, ids)
  await removeComments(tx, ids)
  await removeValidations(tx, ids)
  await registryPurge.removeVersions(tx, ids)
  const copies = versions.map(({ location }) => location).filter((uri) => artifactPurge.isSealedCopy(pathOfUri(uri)))
  const resting = await registryPurge.versionsFrom(tx, copies)
  for (const { id, model_id, version, digest, location } of versions) {
    // Nobody else can ask for a copy that the server made for a version; it goes with the last one that has it.
    const isLast = copies.includes(location) && !resting.has(location)
    const files = await takeFiles(tx, isLast ? pathOfUri(location) : undefined, removed)
    removed.things.push({ id, model: model_id, version, digest, ...files })
    removed.about.push(`version:${id}`, `model:${model_id}`)
  }
}

/** Its runs, models and traces are gone by now; files that lie beside them in its own folder go with it. */
async function removeExperiments(tx: Tx, ids: readonly string[], removed: Removed): Promise<void> {
  for (const { id, name, artifact_location } of await trackingPurge.readPurgeExperiments(tx, ids)) {
    const path = pathOfUri(artifact_location)
    const files = await takeFiles(tx, path === id ? path : undefined, removed)
    removed.things.push({ id, name, ...files })
    removed.about.push(`experiment:${id}`)
    await genaiPurge.removeOfExperiment(tx, id)
    await trackingPurge.removeExperiment(tx, id)
  }
}

async function takeFiles(tx: Tx, path: string | undefined, { counts }: Removed): Promise<JsonObject> {
  const files = path ? await artifactPurge.takeBelow(tx, path) : []
  if (files.length === 0) return {}
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  counts.files += files.length
  counts.bytes += bytes
  const content = files.map(({ path: name, digest }) => ({ path: name, digest }))
  return { files: files.length, bytes, files_digest: digestOf(content) }
}
