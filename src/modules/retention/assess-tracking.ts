import type { Db } from '../../db/database.ts'
import { artifactPurge, pathOfUri } from '../artifacts/index.ts'
import { type RestingVersion, registryPurge } from '../registry/index.ts'
import { trackingPurge } from '../tracking/index.ts'
import type { LoggedModel } from '../tracking/schema.ts'
import { add, type HolderMap, heldBy, restingOn, state } from './holders.ts'
import { holdsOver } from './holds-store.ts'
import type { Holder } from './schema.ts'

/** The whole of experiment 0 is where clients log that name none; it comes back with every start. */
const defaultExperiment = '0'

/** What must be true of a thing itself: deleted, finished before a moment (in milliseconds), or nothing, as a part of something else. */
export type Demand = { kind: 'deleted' } | { kind: 'finished'; before: number } | { kind: 'part' }

export type Assessed = { holders: HolderMap; missing: Set<string> }

type ModelRow = Pick<LoggedModel, 'id' | 'experiment_id' | 'artifact_uri' | 'source_run_id'> & {
  deleted_at: number | null
}

export async function assessRuns(db: Db, ids: readonly string[], demand: Demand): Promise<Assessed> {
  const runs = await trackingPurge.readPurgeRuns(db, ids)
  const holders: HolderMap = new Map()
  for (const run of runs) {
    if (demand.kind === 'finished') {
      if (run.end_time === null || run.end_time > demand.before) {
        add(holders, run.id, state(run.id, 'the run has not been finished for so long'))
      }
    } else if (run.lifecycle_stage !== 'deleted') add(holders, run.id, state(run.id, 'the run is not deleted'))
  }
  const present = runs.map(({ id }) => id)
  const resting = await registryPurge.versionsOfRuns(db, present)
  for (const [run, versions] of resting) {
    add(holders, run, ...versions.map((version) => restingOn(version, 'the version comes from this run')))
  }
  const paths = runs.map((run) => ({ id: run.id, path: pathOfUri(run.artifact_uri) }))
  await addSeals(db, holders, paths)
  const holds = await holdsOver(db, 'run', present)
  const around = await holdsOver(
    db,
    'experiment',
    runs.map(({ experiment_id }) => experiment_id),
  )
  for (const run of runs) {
    add(holders, run.id, ...(holds.get(run.id) ?? []).map(heldBy))
    add(holders, run.id, ...(around.get(run.experiment_id) ?? []).map(heldBy))
  }
  const made = await trackingPurge.modelsMadeBy(db, present)
  const ofModels = await holdersOfModels(db, made)
  for (const model of made) add(holders, model.source_run_id, ...(ofModels.get(model.id) ?? []))
  return { holders, missing: missingOf(ids, present) }
}

export async function assessLoggedModels(db: Db, ids: readonly string[], demand: Demand): Promise<Assessed> {
  const models = await trackingPurge.readPurgeModels(db, ids)
  const holders = await holdersOfModels(db, models)
  for (const model of models) {
    if (demand.kind === 'deleted' && model.deleted_at === null) {
      add(holders, model.id, state(model.id, 'the logged model is not deleted'))
    }
  }
  return {
    holders,
    missing: missingOf(
      ids,
      models.map(({ id }) => id),
    ),
  }
}

async function holdersOfModels(db: Db, models: readonly ModelRow[]): Promise<HolderMap> {
  const holders: HolderMap = new Map()
  if (models.length === 0) return holders
  await addSeals(
    db,
    holders,
    models.map((model) => ({ id: model.id, path: pathOfUri(model.artifact_uri) })),
  )
  const sources = new Map(
    models.flatMap((model) => [
      [`models:/${model.id}`, model.id] as const,
      [model.artifact_uri, model.id] as const,
      [model.artifact_uri.replace('mlflow-artifacts:///', 'mlflow-artifacts:/'), model.id] as const,
    ]),
  )
  for (const [text, versions] of await registryPurge.versionsFrom(db, [...sources.keys()])) {
    const reason = 'the version was registered from this logged model'
    add(holders, sources.get(text) ?? '', ...versions.map((version) => restingOn(version, reason)))
  }
  await addLinks(db, holders, models)
  for (const [kind, idOf] of holdKinds) {
    const holds = await holdsOver(db, kind, models.map(idOf))
    for (const model of models) add(holders, model.id, ...(holds.get(idOf(model)) ?? []).map(heldBy))
  }
  return holders
}

const holdKinds = [
  ['logged_model', (model: ModelRow) => model.id],
  ['run', (model: ModelRow) => model.source_run_id],
  ['experiment', (model: ModelRow) => model.experiment_id],
] as const

/** The seal of a run covers the models that it read and made: a version that comes from the run rests on them as well. */
async function addLinks(db: Db, holders: HolderMap, models: readonly ModelRow[]): Promise<void> {
  const ids = models.map(({ id }) => id)
  const links = [
    ...(await trackingPurge.runsOfModels(db, ids)),
    ...models.filter((m) => m.source_run_id !== '').map((m) => ({ model_id: m.id, run_id: m.source_run_id })),
  ]
  const resting = await registryPurge.versionsOfRuns(db, [...new Set(links.map(({ run_id }) => run_id))])
  for (const { model_id, run_id } of links) {
    const reason = `the version comes from run ${run_id}, which read or made this logged model`
    add(holders, model_id, ...(resting.get(run_id) ?? []).map((version) => restingOn(version, reason)))
  }
}

export async function addSeals(
  db: Db,
  holders: HolderMap,
  places: readonly { id: string; path: string | undefined }[],
): Promise<void> {
  const known = places.flatMap(({ id, path }) => (path ? [{ id, path }] : []))
  const seals = await artifactPurge.sealsAround(
    db,
    known.map(({ path }) => path),
  )
  const versions = await registryPurge.readVersions(db, [...new Set([...seals.values()].flatMap((set) => [...set]))])
  const byId = new Map(versions.map((row) => [row.id, row]))
  for (const { id, path } of known) {
    for (const version of seals.get(path) ?? []) add(holders, id, sealHolder(version, byId.get(version)))
  }
}

function sealHolder(
  id: string,
  row: (Omit<RestingVersion, 'shown'> & { deleted_at: string | null; model_deleted_at: string | null }) | undefined,
): Holder {
  const shown = row?.deleted_at === null && row.model_deleted_at === null
  const named = row ?? { id, model_id: '', model: id, version: 0 }
  return restingOn({ ...named, shown }, 'the version is sealed from these files')
}

/** Of what is in it, only that something is left is looked at here: the parts are things of their own. */
export async function assessExperiments(db: Db, ids: readonly string[], contents: boolean): Promise<Assessed> {
  const rows = await trackingPurge.readPurgeExperiments(db, ids)
  const holders: HolderMap = new Map()
  const holds = await holdsOver(db, 'experiment', ids)
  for (const { id, lifecycle_stage } of rows) {
    if (id === defaultExperiment) add(holders, id, state(id, 'the default experiment stays'))
    else if (lifecycle_stage !== 'deleted') add(holders, id, state(id, 'the experiment is not deleted'))
    add(holders, id, ...(holds.get(id) ?? []).map(heldBy))
    if (!contents) continue
    const left = await trackingPurge.contentsOf(db, id)
    if (left.runs > 0) add(holders, id, part('run', id, left.runs, 'run'))
    if (left.models > 0) add(holders, id, part('logged_model', id, left.models, 'logged model'))
  }
  return {
    holders,
    missing: missingOf(
      ids,
      rows.map(({ id }) => id),
    ),
  }
}

export const part = (kind: 'run' | 'logged_model' | 'version', id: string, count: number, word: string): Holder => ({
  kind,
  id,
  name: `${count} ${word}${count === 1 ? '' : 's'}`,
  reason: `${count} ${word}${count === 1 ? '' : 's'} of it ${count === 1 ? 'stays' : 'stay'}`,
  link: kind === 'version' ? null : `/experiments/${encodeURIComponent(id)}`,
})

export function missingOf(ids: readonly string[], present: readonly string[]): Set<string> {
  const there = new Set(present)
  return new Set(ids.filter((id) => !there.has(id)))
}
