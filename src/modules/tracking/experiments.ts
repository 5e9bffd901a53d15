import type { Connection } from '../../db/connect.ts'
import type { Db } from '../../db/database.ts'
import type { Clock } from '../../lib/clock.ts'
import { AppError, badRequest } from '../../lib/errors.ts'
import type { Write } from '../audit/index.ts'
import { type ActorRef, serverActor } from '../audit/schema.ts'
import * as store from './experiment-store.ts'
import { checkLength, checkLocation, cut, limits, mustBeActive, noExperiment } from './rules.ts'
import type { Experiment, StageView } from './schema.ts'
import { type ExperimentQuery, searchExperiments } from './search/experiments.ts'
import type { ExperimentTableRow } from './tables.ts'

export type TrackingParts = {
  connection: Connection
  write: Write
  clock: Clock
  /** Throws for an artifact location that this server's policy does not allow. */
  demandLocation?: (location: string) => void
  /** Where experiments that name no location get a folder each; null for the workspace's own store. */
  artifactRoot?: () => Promise<string | null>
}

export type NewExperiment = {
  name: string
  artifact_location?: string | undefined
  tags?: readonly { key: string; value: string }[]
}

/** Experiments group runs. Every change is an event. */
export function createExperiments({
  connection: { db, engine },
  write,
  clock,
  demandLocation,
  artifactRoot,
}: TrackingParts) {
  const now = () => clock.now().getTime()

  async function get(id: string): Promise<Experiment> {
    const experiment = await store.findExperiment(db, id)
    if (!experiment) throw noExperiment(id)
    return experiment
  }

  async function getByName(name: string): Promise<Experiment> {
    const experiment = await store.findExperimentByName(db, name)
    if (!experiment) throw new AppError('not_found', `Could not find experiment with name '${name}'`)
    return experiment
  }

  async function create(actor: ActorRef, { name, artifact_location, tags = [] }: NewExperiment): Promise<string> {
    checkLength(name, limits.experimentName, 'name')
    for (const { key } of tags) checkLength(key, limits.uncheckedKey, 'key')
    if (artifact_location) {
      checkLocation(artifact_location)
      demandLocation?.(artifact_location)
    }
    const root = (await artifactRoot?.()) ?? 'mlflow-artifacts:'
    return write(actor, async (tx, record) => {
      const taken = await store.findExperimentByName(tx, name)
      if (taken) throw nameTaken(name, taken)
      const position = await store.nextPosition(tx)
      const id = String(position)
      await store.insertExperiment(tx, {
        id,
        position,
        name,
        artifact_location: artifact_location || `${root}/${id}`,
        lifecycle_stage: 'active',
        creation_time: now(),
        last_update_time: now(),
        created_by: actor.id,
      })
      await store.setExperimentTags(tx, id, tags)
      record('experiment.created', `experiment:${id}`, { name: cut(name, limits.experimentName) })
      return id
    })
  }

  /** The experiment that clients use when they name none. */
  async function ensureDefault(): Promise<void> {
    if (await store.findExperiment(db, '0')) return
    await create(serverActor, { name: 'Default' }).catch((error: unknown) => {
      // Another server that started at the same time has made it.
      if (!(error instanceof AppError && error.code === 'conflict')) throw error
    })
  }

  async function rename(actor: ActorRef, id: string, name: string): Promise<void> {
    checkLength(name, limits.experimentName, 'new_name')
    await write(actor, async (tx, record) => {
      const experiment = await store.findExperiment(tx, id)
      if (!experiment) throw noExperiment(id)
      if (experiment.lifecycle_stage !== 'active') throw badRequest('Cannot rename a non-active experiment.')
      const taken = await store.findExperimentByName(tx, name)
      if (taken && taken.id !== id) throw nameTaken(name, taken)
      await store.updateExperiment(tx, id, { name, last_update_time: now() })
      record('experiment.renamed', `experiment:${id}`, { from: experiment.name, to: name })
    })
  }

  async function setStage(actor: ActorRef, id: string, stage: 'active' | 'deleted', reason = ''): Promise<void> {
    await write(actor, async (tx, record) => {
      const experiment = await store.findExperiment(tx, id)
      if (!experiment || experiment.lifecycle_stage === stage) throw noExperiment(id)
      await store.updateExperiment(tx, id, { lifecycle_stage: stage, last_update_time: now() })
      const runs = await store.setStageOfRuns(tx, id, stage, now())
      const action = stage === 'deleted' ? 'experiment.deleted' : 'experiment.restored'
      record(action, `experiment:${id}`, { name: experiment.name, runs, ...(reason === '' ? {} : { reason }) })
    })
  }

  async function setTag(actor: ActorRef, id: string, key: string, value: string): Promise<void> {
    checkLength(key, limits.key, 'key')
    checkLength(value, limits.experimentTagValue, 'value')
    await write(actor, async (tx, record) => {
      await demandActive(tx, id)
      await store.setExperimentTags(tx, id, [{ key, value }])
      record('experiment.tag_set', `experiment:${id}`, { key, value })
    })
  }

  async function deleteTag(actor: ActorRef, id: string, key: string): Promise<void> {
    await write(actor, async (tx, record) => {
      await demandActive(tx, id)
      const deleted = await store.deleteExperimentTag(tx, id, key)
      if (!deleted) throw new AppError('not_found', `No tag with name: ${key} in experiment with id ${id}`)
      record('experiment.tag_deleted', `experiment:${id}`, { key })
    })
  }

  return {
    get,
    getByName,
    create,
    ensureDefault,
    rename,
    remove: (actor: ActorRef, id: string, reason?: string) => setStage(actor, id, 'deleted', reason),
    restore: (actor: ActorRef, id: string) => setStage(actor, id, 'active'),
    setTag,
    deleteTag,
    search: (query: ExperimentQuery) => searchExperiments(db, engine, query),
    list: (view: StageView = 'active') => store.listExperiments(db, view),
    async getRow(id: string) {
      const row = await store.findExperimentRow(db, id)
      if (!row) throw noExperiment(id)
      return row
    },
    datasets: (ids: readonly string[]) => store.listDatasets(db, ids),
  }
}

export async function demandActive(db: Db, id: string): Promise<ExperimentTableRow> {
  const experiment = await store.findExperimentAlone(db, id)
  if (!experiment) throw noExperiment(id)
  if (experiment.lifecycle_stage !== 'active') throw mustBeActive('experiment', id, experiment.lifecycle_stage)
  return experiment
}

function nameTaken(name: string, taken: Experiment) {
  const deleted = taken.lifecycle_stage === 'deleted' ? ' in deleted state; restore or rename it first' : ''
  return new AppError('conflict', `Experiment(name=${name}) already exists${deleted}.`)
}
