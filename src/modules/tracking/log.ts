import type { Engine, Tx } from '../../db/database.ts'
import { badRequest } from '../../lib/errors.ts'
import * as store from './log-store.ts'
import { advance, type LogInput, type LogOutcome, type LogRequest, stored } from './measured.ts'
import { checkModelMetric, knownModels, unknownModel, writeModelMetrics } from './model-metrics.ts'
import { checkBatch, checkKey, checkLength, cut, limits, mustBeActive, noRun } from './rules.ts'
import { updateRun } from './run-store.ts'
import type { LatestRow, PointRow } from './tables.ts'

/** Everything that can be refused without looking at the run. */
export function checkLog({ metrics = [], params = [], tags = [], single = false }: LogInput): void {
  checkBatch(metrics.length, params.length, tags.length)
  const at = (list: string, index: number, name: string) => (single ? name : `${list}[${index}].${name}`)
  for (const [index, metric] of metrics.entries()) {
    checkKey(metric.key, at('metrics', index, 'name'))
    checkLength(metric.key, limits.key, 'Metric name')
    if (metric.model_id) checkModelMetric(metric)
    if (metric.timestamp < 0) {
      const shown = Number.isInteger(metric.value) ? `${metric.value}.0` : String(metric.value)
      throw badRequest(
        `Invalid value ${metric.timestamp} for parameter '${at('metrics', index, 'timestamp')}' supplied: metric '${metric.key}' (value=${shown}). Timestamp must be a nonnegative long (64-bit integer) `,
      )
    }
  }
  for (const [index, param] of params.entries()) {
    checkKey(param.key, at('params', index, 'key'))
    checkLength(param.key, limits.key, 'Param key')
  }
  for (const [index, tag] of tags.entries()) {
    checkKey(tag.key, at('tags', index, 'key'))
    checkLength(tag.key, limits.key, 'key')
  }
  const keys = params.map(({ key }) => key)
  if (new Set(keys).size < keys.length) {
    const twice = [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))]
    throw badRequest(
      `Duplicate parameter keys have been submitted: [${twice.map((key) => `'${key}'`).join(', ')}]. Please ensure the request contains only one param value per param key.`,
    )
  }
}

/**
 * Writes what many requests logged with a few statements, whatever the number of requests and runs. `toSealed` lets changes of
 * sealed runs through, which its caller records.
 */
export async function writeLogs(
  tx: Tx,
  engine: Engine,
  requests: readonly LogRequest[],
  { toSealed = false } = {},
): Promise<LogOutcome[]> {
  const runIds = [...new Set(requests.map(({ input }) => input.runId))]
  const states = await store.readStates(tx, engine, runIds)
  const params = await knownParams(tx, requests, runIds)
  const models = await knownModels(tx, requests)
  const newParams: store.TextRow[] = []
  const accepted: LogRequest[] = []

  const outcomes = requests.map((request): LogOutcome => {
    const { runId } = request.input
    const state = states.get(runId)
    if (!state) return { kind: 'refused', error: noRun(runId) }
    if (state.lifecycle_stage !== 'active') {
      return { kind: 'refused', error: mustBeActive('run', runId, state.lifecycle_stage) }
    }
    if (state.seal !== null && !toSealed) return { kind: 'sealed' }
    const error = unknownModel(request.input, models) ?? changedParam(request.input, params)
    if (error) return { kind: 'refused', error }
    for (const param of request.input.params ?? []) {
      const value = cut(param.value, limits.paramValue)
      if (params.has(`${runId} ${param.key}`)) continue
      params.set(`${runId} ${param.key}`, value)
      newParams.push({ run_id: runId, key: param.key, value })
    }
    accepted.push(request)
    return { kind: 'logged' }
  })

  await writePoints(tx, engine, accepted, states)
  await writeModelMetrics(tx, engine, accepted)
  await store.insertParams(tx, engine, newParams)
  await writeTags(tx, engine, accepted)
  await writeContributors(tx, engine, accepted, runIds)
  return outcomes
}

async function knownParams(tx: Tx, requests: readonly LogRequest[], runIds: readonly string[]) {
  const keys = [...new Set(requests.flatMap(({ input }) => (input.params ?? []).map(({ key }) => key)))]
  const rows = keys.length === 0 ? [] : await store.readParams(tx, runIds, keys)
  return new Map(rows.map(({ run_id, key, value }) => [`${run_id} ${key}`, value]))
}

/** A parameter is set once; writing the same value again is fine. */
function changedParam({ runId, params = [], single }: LogInput, known: ReadonlyMap<string, string>) {
  const changed = params.flatMap(({ key, value }) => {
    const old_value = known.get(`${runId} ${key}`)
    const new_value = cut(value, limits.paramValue)
    return old_value === undefined || old_value === new_value ? [] : [{ key, old_value, new_value }]
  })
  const [first] = changed
  if (!first) return undefined
  if (single) {
    return badRequest(
      `Changing param values is not allowed. Param with key='${first.key}' was already logged with value='${first.old_value}' for run ID='${runId}'. Attempted logging new value '${first.new_value}'.`,
    )
  }
  const shown = changed.map(
    ({ key, old_value, new_value }) => `{'key': '${key}', 'old_value': '${old_value}', 'new_value': '${new_value}'}`,
  )
  return badRequest(
    `Changing param values is not allowed. Params were already logged='[${shown.join(', ')}]' for run ID='${runId}'.`,
  )
}

async function writePoints(
  tx: Tx,
  engine: Engine,
  requests: readonly LogRequest[],
  states: ReadonlyMap<string, store.RunState>,
): Promise<void> {
  const withMetrics = requests.filter(({ input }) => input.metrics && input.metrics.length > 0)
  if (withMetrics.length === 0) return
  const keys = [...new Set(withMetrics.flatMap(({ input }) => (input.metrics ?? []).map(({ key }) => key)))]
  const runIds = [...new Set(withMetrics.map(({ input }) => input.runId))]
  const found = await store.readLatest(tx, engine, runIds, keys)
  const latest = new Map(found.map((row) => [`${row.run_id} ${row.key}`, row]))
  const changed = new Set<LatestRow>()
  const points: PointRow[] = []
  let series: number | undefined

  for (const { input } of withMetrics) {
    const experiment_id = states.get(input.runId)?.experiment_id ?? ''
    for (const metric of input.metrics ?? []) {
      const point = stored(metric)
      const name = `${input.runId} ${metric.key}`
      let row = latest.get(name)
      if (!row) {
        series = (series ?? (await store.lastSeries(tx))) + 1
        row = { run_id: input.runId, key: metric.key, series, experiment_id, in_order: 1, ...point }
        latest.set(name, row)
        changed.add(row)
      } else if (advance(row, point)) changed.add(row)
      points.push({ series: row.series, ...point })
    }
  }
  await store.upsertLatest(tx, engine, [...changed])
  await store.insertPoints(tx, engine, points)
}

async function writeTags(tx: Tx, engine: Engine, requests: readonly LogRequest[]): Promise<void> {
  const tags = new Map<string, store.TextRow>()
  for (const { input } of requests) {
    for (const { key, value } of input.tags ?? []) {
      tags.set(`${input.runId} ${key}`, { run_id: input.runId, key, value: cut(value, limits.tagValue) })
    }
  }
  await store.upsertTags(tx, engine, [...tags.values()])
  for (const { run_id, key, value } of tags.values()) {
    if (key === runNameTag && value !== '') await updateRun(tx, run_id, { name: value })
  }
}

async function writeContributors(
  tx: Tx,
  engine: Engine,
  requests: readonly LogRequest[],
  runIds: readonly string[],
): Promise<void> {
  const known = new Set(
    (await store.readContributors(tx, engine, runIds)).map((row) => `${row.run_id} ${row.actor_id}`),
  )
  const missing = new Map<string, readonly [string, string]>()
  for (const { input, actorId } of requests) {
    const name = `${input.runId} ${actorId}`
    if (!known.has(name)) missing.set(name, [input.runId, actorId])
  }
  await store.insertContributors(tx, engine, [...missing.values()])
}

/** The tag that carries the name of a run, for clients that know no other way. */
export const runNameTag = 'mlflow.runName'
