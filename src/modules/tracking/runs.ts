import { z } from 'zod'
import type { Tx } from '../../db/database.ts'
import { AppError, badRequest } from '../../lib/errors.ts'
import type { Digest } from '../../lib/ids.ts'
import type { RecordEvent } from '../audit/index.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import { aboutRun, demandActiveRun } from './active-run.ts'
import { demandActive, type TrackingParts } from './experiments.ts'
import { createHistories } from './histories.ts'
import { contextTag, createInputs } from './inputs.ts'
import { runNameTag, writeLogs } from './log.ts'
import { upsertTags } from './log-store.ts'
import { createLogs } from './logs.ts'
import type { KeyValue } from './measured.ts'
import { inventRunName, newRunId } from './names.ts'
import { checkLength, cut, limits, mustBeActive, noRun } from './rules.ts'
import * as store from './run-store.ts'
import type { MetricPoint, Run, RunStatus } from './schema.ts'
import { digestOfRun } from './seal.ts'
import { type RunQuery, searchRunIds } from './search/runs.ts'
import type { RunRow } from './tables.ts'

export type NewRun = {
  experiment_id: string
  name?: string | undefined
  user?: string | undefined
  start_time?: number | undefined
  tags?: readonly KeyValue[]
}
export type RunChange = {
  name?: string | undefined
  status?: RunStatus | undefined
  end_time?: number | undefined
}

export type RunForVersion = {
  id: string
  artifact_uri: string
  digest: Digest
  /** Everyone who logged to it. */
  people: readonly PersonId[]
  inputs: readonly { name: string; digest: string; source_type: string; source: string; context: string | null }[]
}

const ended: ReadonlySet<RunStatus> = new Set(['FINISHED', 'FAILED', 'KILLED'])

/** Few enough that other requests do not wait for them. */
const runsAtOnce = 500

/** Runs and what they measured. */
export function createRuns(parts: TrackingParts) {
  const { db, engine } = parts.connection
  const { write } = parts

  async function get(id: string): Promise<Run> {
    const [run] = await store.readRuns(db, [id])
    if (!run) throw noRun(id)
    return run
  }

  async function create(actor: ActorRef, input: NewRun): Promise<Run> {
    const tags = input.tags ?? []
    const name = nameOf(input.name, tags)
    for (const { key } of tags) checkLength(key, limits.uncheckedKey, 'key')
    if (new Set(tags.map(({ key }) => key)).size < tags.length) throw badRequest('A tag key occurs twice.')
    const id = newRunId()
    const allTags = [...tags.filter(({ key }) => key !== runNameTag), { key: runNameTag, value: name }]
      .map(({ key, value }) => ({ key, value: cut(value, limits.tagValue) }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
    return write(actor, async (tx, record) => {
      const experiment = await demandActive(tx, input.experiment_id)
      const row: RunRow = {
        id,
        experiment_id: experiment.id,
        name,
        status: 'RUNNING',
        user_name: input.user ?? '',
        start_time: input.start_time ?? 0,
        end_time: null,
        artifact_uri: artifactUri(experiment.artifact_location, id),
        lifecycle_stage: 'active',
        seal: null,
        created_by: actor.id,
      }
      await store.insertRun(tx, row)
      await upsertTags(
        tx,
        engine,
        allTags.map((tag) => ({ run_id: id, ...tag })),
      )
      await store.addContributor(tx, id, actor.id)
      record('run.created', `run:${id}`, { name, experiment: experiment.id }, [`experiment:${experiment.id}`])
      return { ...store.toRun(row), tags: allTags }
    })
  }

  /** A run that ends is sealed; one that goes on is open again. */
  async function update(actor: ActorRef, id: string, change: RunChange): Promise<Run> {
    const { status, end_time } = change
    const name = change.name === '' ? undefined : change.name
    if (status === undefined && end_time === undefined && name === undefined) {
      const run = await get(id)
      if (run.lifecycle_stage !== 'active') throw mustBeActive('run', id, run.lifecycle_stage)
      return run
    }
    await write(actor, async (tx, record) => {
      const row = await demandActiveRun(tx, id)
      if (name !== undefined) {
        const tags = [{ key: runNameTag, value: name }]
        await writeLogs(tx, engine, [{ input: { runId: id, tags }, actorId: actor.id }], { toSealed: true })
      }
      await store.updateRun(tx, id, {
        ...(name === undefined ? {} : { name }),
        ...(status === undefined ? {} : { status }),
        ...(end_time === undefined ? {} : { end_time }),
      })
      await store.addContributor(tx, id, actor.id)
      const detail = { ...(name === undefined ? {} : { name }), ...(status === undefined ? {} : { status }) }
      if (status !== undefined && ended.has(status)) {
        const seal = await digestOfRun(tx, id)
        await store.updateRun(tx, id, { seal })
        record('run.finished', `run:${id}`, { ...detail, seal }, aboutRun(row))
      } else {
        if (status !== undefined && row.seal !== null) await store.updateRun(tx, id, { seal: null })
        record('run.updated', `run:${id}`, detail, aboutRun(row))
      }
    })
    return get(id)
  }

  async function setStage(actor: ActorRef, id: string, stage: 'active' | 'deleted', reason = ''): Promise<void> {
    const found = await store.findRunRow(db, id)
    if (!found) throw noRun(id)
    if (found.lifecycle_stage === stage) return
    await write(actor, async (tx, record) => {
      const deleted_at = stage === 'deleted' ? parts.clock.now().getTime() : null
      await store.updateRun(tx, id, { lifecycle_stage: stage, deleted_at })
      const action = stage === 'deleted' ? 'run.deleted' : 'run.restored'
      const why = reason === '' ? {} : { reason }
      record(action, `run:${id}`, { name: found.name, ...why }, aboutRun(found))
    })
  }

  async function deleteTag(actor: ActorRef, id: string, key: string): Promise<void> {
    const work = async (tx: Tx, record?: RecordEvent) => {
      const row = await demandActiveRun(tx, id)
      if (row.seal !== null && !record) return 'sealed'
      const deleted = await store.deleteTag(tx, id, key)
      if (!deleted) throw new AppError('not_found', `No tag with name: ${key} in run with id ${id}`)
      await store.addContributor(tx, id, actor.id)
      record?.('run.changed', `run:${id}`, { deleted_tags: [key] }, aboutRun(row))
      return 'deleted'
    }
    const outcome = await parts.connection.writer.commit((tx) => work(tx))
    if (outcome === 'sealed') await write(actor, (tx, record) => work(tx, record))
  }

  /** What clients before MLflow 3 say of a model they logged, kept in a tag of the run. */
  async function logModel(actor: ActorRef, id: string, text: string): Promise<void> {
    const model = parseModel(text)
    await write(actor, async (tx, record) => {
      const row = await demandActiveRun(tx, id)
      const value = JSON.stringify([...historyOf(await store.readTag(tx, id, modelHistoryTag)), model])
      if (value.length > limits.tagValue) throw badRequest('The models of this run do not fit into their tag any more.')
      const tags = [{ key: modelHistoryTag, value }]
      await writeLogs(tx, engine, [{ input: { runId: id, tags }, actorId: actor.id }], { toSealed: true })
      record('run.model_logged', `run:${id}`, { path: model.artifact_path }, aboutRun(row))
    })
  }

  /**
   * The digest that a registered version names as its origin. A run that still goes on is sealed as it is now; what it logs from
   * then on is recorded as a change. It writes for itself: do not call it inside another write.
   */
  async function sealOf(actor: ActorRef, id: string): Promise<Digest> {
    const found = await store.findRunRow(db, id)
    if (!found) throw noRun(id)
    if (found.seal !== null) return found.seal as Digest
    return write(actor, async (tx, record) => {
      const seal = await digestOfRun(tx, id)
      await store.updateRun(tx, id, { seal })
      record('run.sealed', `run:${id}`, { seal }, aboutRun(found))
      return seal
    })
  }

  /** What a version that comes from this run needs of it, as it is now. */
  async function forVersion(id: string): Promise<RunForVersion | undefined> {
    const [run] = await store.readRuns(db, [id])
    if (!run) return undefined
    return {
      id: run.id,
      artifact_uri: run.artifact_uri,
      digest: await digestOfRun(db, id),
      people: await store.contributorsOf(db, id),
      inputs: run.inputs.map(({ name, digest, source_type, source, tags }) => ({
        name,
        digest,
        source_type,
        source,
        context: tags.find(({ key }) => key === contextTag)?.value ?? null,
      })),
    }
  }

  async function search(query: RunQuery): Promise<{ runs: Run[]; next_page_token: string | undefined }> {
    const { ids, next_page_token } = await searchRunIds(db, engine, query)
    return { runs: await store.readRuns(db, ids), next_page_token }
  }

  /** Whole runs, some at a time; between two times other requests get their turn. */
  async function* read(ids: readonly string[]): AsyncGenerator<Run[]> {
    for (let from = 0; from < ids.length; from += runsAtOnce) {
      yield await store.readRuns(db, ids.slice(from, from + runsAtOnce))
      await new Promise(setImmediate)
    }
  }

  return {
    get,
    read,
    searchIds: (query: RunQuery) => searchRunIds(db, engine, query),
    create,
    update,
    remove: (actor: ActorRef, id: string, reason?: string) => setStage(actor, id, 'deleted', reason),
    restore: (actor: ActorRef, id: string) => setStage(actor, id, 'active'),
    deleteTag,
    logModel,
    sealOf,
    search,
    ...createLogs(parts),
    ...createInputs(parts),
    ...createHistories(parts),
    find: async (id: string): Promise<Run | undefined> => (await store.readRuns(db, [id]))[0],
    forVersion,
    contributorsOf: (id: string): Promise<PersonId[]> => store.contributorsOf(db, id),
    curve: (id: string, key: string, mostPoints: number): Promise<MetricPoint[]> =>
      store.readCurve(db, id, key, mostPoints),
  }
}

const modelHistoryTag = 'mlflow.log-model.history'
const LegacyModel = z.looseObject({
  artifact_path: z.string(),
  flavors: z.record(z.string(), z.unknown()),
  utc_time_created: z.string(),
  run_id: z.string(),
})

function parseModel(text: string) {
  const model = LegacyModel.safeParse(parsedJson(text))
  if (model.success) return model.data
  const missing = [...new Set(model.error.issues.map(({ path }) => path[0] ?? 'all of it'))]
  throw badRequest(`Malformed model info. Model json is missing mandatory fields: ${missing.join(', ')}`)
}

function historyOf(tag: string | undefined): unknown[] {
  const known = tag === undefined ? [] : parsedJson(tag)
  return Array.isArray(known) ? known : []
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function nameOf(given: string | undefined, tags: readonly KeyValue[]): string {
  const tagged = tags.find(({ key }) => key === runNameTag)?.value
  if (given && tagged && given !== tagged) {
    throw badRequest(
      `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='${given}', mlflow.runName='${tagged}').`,
    )
  }
  return given || tagged || inventRunName()
}

/** The query of a location stays at the end. */
function artifactUri(location: string, runId: string): string {
  const [path = '', ...query] = location.split('?')
  const uri = `${path.replace(/\/$/, '')}/${runId}/artifacts`
  return query.length === 0 ? uri : `${uri}?${query.join('?')}`
}
