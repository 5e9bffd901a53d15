import type { Db } from '../../db/database.ts'
import { artifactPurge, toArtifactPath } from '../artifacts/index.ts'
import { registryPurge } from '../registry/index.ts'
import { tracePurge } from '../traces/index.ts'
import { assessModels, assessVersions } from './assess-registry.ts'
import {
  type Assessed,
  addSeals,
  assessExperiments,
  assessLoggedModels,
  assessRuns,
  type Demand,
  missingOf,
} from './assess-tracking.ts'
import { add, type HolderMap, heldBy, restingOn, state } from './holders.ts'
import { holdsOver } from './holds-store.ts'
import { placesOfPath } from './places.ts'
import type { PurgeKind } from './schema.ts'

export type { Assessed, Demand } from './assess-tracking.ts'

export type AssessOptions = {
  demand: Demand
  /** Whether what is still inside an experiment or a model holds it. */
  contents: boolean
}

/** What holds things of one kind, as it is now. The same question is asked for a preview and right before something goes. */
export function assess(
  db: Db,
  kind: PurgeKind,
  ids: readonly string[],
  { demand, contents }: AssessOptions,
): Promise<Assessed> {
  switch (kind) {
    case 'run':
      return assessRuns(db, ids, demand)
    case 'logged_model':
      return assessLoggedModels(db, ids, demand)
    case 'experiment':
      return assessExperiments(db, ids, contents)
    case 'version':
      return assessVersions(db, ids, demand.kind === 'part')
    case 'model':
      return assessModels(db, ids, contents)
    case 'artifacts':
      return assessArtifacts(db, ids)
    case 'trace':
      return assessTraces(db, ids, demand)
  }
}

async function assessTraces(db: Db, ids: readonly string[], demand: Demand): Promise<Assessed> {
  const traces = await tracePurge.readPurgeTraces(db, ids)
  const holders: HolderMap = new Map()
  const holds = await holdsOver(
    db,
    'experiment',
    traces.map(({ experiment_id }) => experiment_id),
  )
  for (const trace of traces) {
    add(holders, trace.id, ...(holds.get(trace.experiment_id) ?? []).map(heldBy))
    if (demand.kind === 'finished' && trace.request_time > demand.before) {
      add(holders, trace.id, state(trace.id, 'the trace has not been there for so long'))
    }
  }
  const present = traces.map(({ id }) => id)
  return { holders, missing: missingOf(ids, present) }
}

/** Files of a run from which a version comes stay as a whole: the seal of the run speaks of them, and so may its reviewers. */
async function assessArtifacts(db: Db, paths: readonly string[]): Promise<Assessed> {
  const holders: HolderMap = new Map()
  const sizes = await artifactPurge.measureBelow(
    db,
    paths.filter((path) => toArtifactPath(path) !== undefined),
  )
  const present = [...sizes.keys()]
  await addSeals(
    db,
    holders,
    present.map((path) => ({ id: path, path })),
  )
  for (const path of present) {
    const { runs, logged_models, experiments } = await placesOfPath(db, path)
    const resting = await registryPurge.versionsOfRuns(db, runs)
    for (const version of [...resting.values()].flat()) {
      add(holders, path, restingOn(version, 'the version comes from the run of these files'))
    }
    for (const [kind, ids] of [
      ['run', runs],
      ['logged_model', logged_models],
      ['experiment', experiments],
    ] as const) {
      for (const hold of [...(await holdsOver(db, kind, ids)).values()].flat()) add(holders, path, heldBy(hold))
    }
  }
  return { holders, missing: missingOf(paths, present) }
}
