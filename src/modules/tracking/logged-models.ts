import { randomUUID } from 'node:crypto'
import type { Db, Tx } from '../../db/database.ts'
import { AppError, badRequest } from '../../lib/errors.ts'
import type { ActorRef, Thing } from '../audit/schema.ts'
import { aboutRun, demandActiveRun } from './active-run.ts'
import { demandActive, type TrackingParts } from './experiments.ts'
import * as store from './logged-model-store.ts'
import type { KeyValue } from './measured.ts'
import { inventRunName } from './names.ts'
import { checkLength, limits, noLoggedModel } from './rules.ts'
import { addContributor, findRunRow } from './run-store.ts'
import type { LoggedModel, LoggedModelStatus } from './schema.ts'
import { type LoggedModelQuery, searchLoggedModels } from './search/logged-models.ts'
import type { LoggedModelRow } from './tables.ts'

export type NewLoggedModel = {
  experiment_id: string
  name?: string | undefined
  model_type?: string | undefined
  source_run_id?: string | undefined
  params?: readonly KeyValue[]
  tags?: readonly KeyValue[]
}

const notInNames = ['/', ':', '.', '%', '"', "'"]
const mostParams = 1_000
const mostTags = 100

/** Models as runs make them: with files, parameters and what was measured of them, before anyone registers one. */
export function createLoggedModels({ connection: { db, engine }, write, clock }: TrackingParts) {
  const now = () => clock.now().getTime()

  async function get(id: string): Promise<LoggedModel> {
    const row = await demand(db, id)
    const [model] = await store.withContent(db, [row])
    if (!model) throw noLoggedModel(id)
    return model
  }

  async function create(actor: ActorRef, input: NewLoggedModel): Promise<LoggedModel> {
    const name = input.name || inventRunName()
    checkName(name)
    checkParams(input.params ?? [])
    checkTags(input.tags ?? [])
    const id = `m-${randomUUID().replaceAll('-', '')}`
    await write(actor, async (tx, record) => {
      const experiment = await demandActive(tx, input.experiment_id)
      const row: LoggedModelRow = {
        id,
        experiment_id: experiment.id,
        name,
        model_type: input.model_type ?? '',
        source_run_id: input.source_run_id ?? '',
        artifact_uri: `${experiment.artifact_location.replace(/\/$/, '')}/models/${id}/artifacts`,
        status: 'LOGGED_MODEL_PENDING',
        created_at: now(),
        updated_at: now(),
        deleted_at: null,
        created_by: actor.id,
      }
      await store.insertModel(tx, row)
      await store.insertParams(tx, id, input.params ?? [])
      await store.setTags(tx, id, input.tags ?? [])
      await contribute(tx, actor, row)
      record('logged_model.created', thingOf(id), { name, status: row.status }, about(row))
    })
    return get(id)
  }

  /** The client says that the files are there, or that they are not. Possible for a deleted model, as in MLflow. */
  async function finalise(actor: ActorRef, id: string, status: LoggedModelStatus): Promise<LoggedModel> {
    await change(actor, id, true, async (tx, row, record) => {
      await store.updateModel(tx, id, { status, updated_at: now() })
      record('logged_model.finalised', { name: row.name, status })
    })
    const row = await store.findRow(db, id)
    const [model] = await store.withContent(db, row ? [row] : [])
    if (!model) throw noLoggedModel(id)
    return model
  }

  async function remove(actor: ActorRef, id: string): Promise<void> {
    await change(actor, id, false, async (tx, row, record) => {
      await store.updateModel(tx, id, { deleted_at: now(), updated_at: now() })
      record('logged_model.deleted', { name: row.name })
    })
  }

  /** A parameter is set once; writing the same value again is fine. */
  async function logParams(actor: ActorRef, id: string, params: readonly KeyValue[]): Promise<void> {
    checkParams(params)
    await change(actor, id, false, async (tx, _row, record) => {
      const known = new Map((await store.readParams(tx, id)).map(({ key, value }) => [key, value]))
      const added = params.filter(({ key, value }) => {
        const old = known.get(key)
        if (old !== undefined && old !== value) {
          throw badRequest(
            `Changing param values is not allowed. Param with key='${key}' was already logged with value='${old}' for model ID='${id}'. Attempted logging new value '${value}'.`,
          )
        }
        return old === undefined
      })
      await store.insertParams(tx, id, added)
      record('logged_model.params_logged', { params: added.slice(0, 100).map(({ key }) => key) })
    })
  }

  async function setTags(actor: ActorRef, id: string, tags: readonly KeyValue[]): Promise<void> {
    checkTags(tags)
    await change(actor, id, false, async (tx, _row, record) => {
      await store.setTags(tx, id, tags)
      record('logged_model.tags_set', { tags: tags.map(({ key }) => key) })
    })
  }

  async function deleteTag(actor: ActorRef, id: string, key: string): Promise<void> {
    await change(actor, id, false, async (tx, _row, record) => {
      const deleted = await store.deleteTag(tx, id, key)
      if (!deleted) throw new AppError('not_found', `No tag with key '${key}' found for model with ID '${id}'.`)
      record('logged_model.tag_deleted', { key })
    })
  }

  type RecordChange = (action: string, detail: Parameters<Parameters<Parameters<typeof write>[1]>[1]>[2]) => void

  function change(
    actor: ActorRef,
    id: string,
    evenDeleted: boolean,
    work: (tx: Tx, row: LoggedModelRow, record: RecordChange) => Promise<void>,
  ): Promise<void> {
    return write(actor, async (tx, record) => {
      const row = await demand(tx, id, evenDeleted)
      await contribute(tx, actor, row)
      await work(tx, row, (action, detail) => record(action, thingOf(id), detail, about(row)))
    })
  }

  /** Models that a run read or made. */
  async function link(
    actor: ActorRef,
    runId: string,
    direction: 'input' | 'output',
    models: readonly { model_id: string; step: number }[],
  ): Promise<void> {
    if (models.length > limits.inputs) throw badRequest(`At most ${limits.inputs} models fit into one request.`)
    if (models.length === 0) {
      await demandActiveRun(db, runId)
      return
    }
    await write(actor, async (tx, record) => {
      const run = await demandActiveRun(tx, runId)
      for (const { model_id } of models) await demand(tx, model_id)
      await store.linkToRun(
        tx,
        models.map(({ model_id, step }, position) => ({ run_id: runId, direction, model_id, position, step })),
      )
      await addContributor(tx, runId, actor.id)
      const ids = models.map(({ model_id }) => model_id)
      const action = direction === 'input' ? 'run.model_inputs_logged' : 'run.outputs_logged'
      const things = ids.slice(0, 20).map(thingOf)
      record(action, `run:${runId}`, { models: ids.slice(0, 20), count: ids.length }, [...aboutRun(run), ...things])
    })
  }

  return {
    get,
    create,
    finalise,
    remove,
    logParams,
    setTags,
    deleteTag,
    link,
    /** Also when it is deleted. */
    find: (id: string): Promise<LoggedModelRow | undefined> => store.findRow(db, id),
    search: (query: LoggedModelQuery) => searchLoggedModels(db, engine, query),
  }
}

async function demand(db: Db, id: string, evenDeleted = false): Promise<LoggedModelRow> {
  const row = await store.findRow(db, id)
  if (!row || (row.deleted_at !== null && !evenDeleted)) throw noLoggedModel(id)
  return row
}

/** Whoever makes or changes a model of a run has worked on the run. */
async function contribute(tx: Tx, actor: ActorRef, { source_run_id }: LoggedModelRow): Promise<void> {
  if (source_run_id !== '' && (await findRunRow(tx, source_run_id))) await addContributor(tx, source_run_id, actor.id)
}

const thingOf = (id: string): Thing => `logged_model:${id}`

const about = (row: LoggedModelRow): Thing[] => [
  `experiment:${row.experiment_id}`,
  ...(row.source_run_id === '' ? [] : [`run:${row.source_run_id}` as const]),
]

function checkName(name: string): void {
  if (notInNames.some((part) => name.includes(part))) {
    throw badRequest(
      `Invalid model name (${quoted(name)}) provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`,
    )
  }
  checkLength(name, limits.experimentName, 'name')
}

/** As Python shows a text. */
function quoted(text: string): string {
  return text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replaceAll("'", "\\'")}'`
}

function checkParams(params: readonly KeyValue[]): void {
  if (params.length > mostParams) throw badRequest(`A model has at most ${mostParams} params in one request.`)
  if (new Set(params.map(({ key }) => key)).size < params.length) throw badRequest('A param key occurs twice.')
  for (const { key, value } of params) {
    checkLength(key, limits.key, 'Param key')
    checkLength(value, limits.modelParamValue, 'Param value')
  }
}

function checkTags(tags: readonly KeyValue[]): void {
  if (tags.length > mostTags) throw badRequest(`At most ${mostTags} tags fit into one request.`)
  for (const { key, value } of tags) {
    checkLength(key, limits.key, 'key')
    checkLength(value, limits.tagValue, 'value')
  }
}
