import { randomUUID } from 'node:crypto'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { badRequest } from '../../lib/errors.ts'
import type { Traces } from '../../modules/traces/index.ts'
import { TraceId } from '../../modules/traces/schema.ts'
import { invalidParameter, missingParameter } from './errors.ts'
import { maxResults } from './experiments.ts'
import { type Fields, fieldsIn } from './fields.ts'
import { mlflowRoute, tagsIn } from './route.ts'
import { mlflowAssessments, pathIn, textsIn } from './trace-assessments.ts'
import { infoOf, infoOf2, millisOfDuration, millisOfMoment, traceText } from './trace-messages.ts'

type Parts = { at: (req: FastifyRequest) => Traces }

const states = { STATE_UNSPECIFIED: 0, OK: 1, ERROR: 2, IN_PROGRESS: 3 }
const statuses2 = { TRACE_STATUS_UNSPECIFIED: 0, OK: 1, ERROR: 2, IN_PROGRESS: 3 }
const mostTraces = 500
const mostInBatch = 500

/** Version 3 of MLflow's trace API, below /api/3.0. */
export function mlflowTraces3({ at }: Parts): FastifyPluginAsync {
  return guarded(at, async (app) => {
    mlflowRoute(app, 'POST', '/mlflow/traces', 'tracking.write', async (req, fields) => {
      const trace = fields.message('trace')?.message('trace_info')
      if (!trace) throw missingParameter('trace')
      const id = trace.requiredText('trace_id')
      if (!TraceId.safeParse(id).success) throw invalidParameter('trace_id', id)
      const duration = trace.text('execution_duration')
      const made = await at(req).describe(req.actor, {
        id,
        experiment_id: locationIn(trace.message('trace_location')),
        request_time: millisOfMoment(trace.requiredText('request_time'), 'request_time'),
        execution_duration: duration === undefined ? null : millisOfDuration(duration, 'execution_duration'),
        state: trace.choice('state', states) ?? 'STATE_UNSPECIFIED',
        client_request_id: trace.text('client_request_id') ?? null,
        request_preview: trace.text('request_preview') ?? null,
        response_preview: trace.text('response_preview') ?? null,
        tags: textsIn(trace, 'tags'),
        metadata: [...textsIn(trace, 'trace_metadata'), { key: 'mlflow.trace.infoFinalized', value: 'true' }],
      })
      return { trace: { trace_info: infoOf({ ...made, metadata: [] }) } }
    })

    mlflowRoute(app, 'GET', '/mlflow/traces/:trace_id', 'tracking.read', async (req) => {
      const info = await at(req).get(pathIn(req, 'trace_id'))
      return { trace: { trace_info: infoOf(info, await assessmentsOf(at(req), info.id)) } }
    })

    app.get('/mlflow/traces/get', {
      config: { requires: 'tracking.read' },
      handler: async (req, reply) => {
        const id = fieldsIn(req).requiredText('trace_id')
        const info = await at(req).get(id)
        const [text = ''] = await textsOf(at(req), [info.id])
        return sendText(reply, `{"trace":${text}}`)
      },
    })

    app.get('/mlflow/traces/batchGet', {
      config: { requires: 'tracking.read' },
      handler: async (req, reply) => {
        const texts = await textsOf(at(req), batchIn(fieldsIn(req)))
        return sendText(reply, texts.length === 0 ? '{}' : `{"traces":[${texts.join(',')}]}`)
      },
    })

    mlflowRoute(app, ['GET', 'POST'], '/mlflow/traces/batchGetInfos', 'tracking.read', async (req, fields) => {
      const infos = await at(req).read(batchIn(fields))
      const said = await at(req).assessments.of(infos.map(({ id }) => id))
      return { trace_infos: infos.map((info) => infoOf(info, said.get(info.id))) }
    })

    mlflowRoute(app, 'POST', '/mlflow/traces/search', 'tracking.read', async (req, fields) => {
      const { traces, next_page_token } = await at(req).search({
        experiment_ids: fields.list('locations', (location) => location).map(locationIn),
        filter: fields.text('filter') ?? '',
        order_by: fields.texts('order_by'),
        max_results: maxResults(fields, mostTraces, 100),
        page_token: fields.text('page_token'),
      })
      const said = await at(req).assessments.of(traces.map(({ id }) => id))
      return { traces: traces.map((info) => infoOf(info, said.get(info.id))), next_page_token }
    })

    mlflowRoute(app, 'POST', '/mlflow/traces/calculate-filter-correlation', 'tracking.read', async (req, fields) => {
      const experiment_ids = fields.texts('experiment_ids')
      const { npmi, npmi_smoothed, ...counts } = await at(req).correlate({
        experiment_ids,
        filter1: fields.requiredText('filter_string1'),
        filter2: fields.requiredText('filter_string2'),
        base: fields.text('base_filter') ?? '',
      })
      return { npmi: numberText(npmi), npmi_smoothed: numberText(npmi_smoothed), ...counts }
    })

    shared(app, at)
    mlflowAssessments(app, at)
  })
}

/** Version 2, which clients before MLflow 3 speak, below /api/2.0. The tags and the deletion serve newer ones, too. */
export function mlflowTraces2({ at }: Parts): FastifyPluginAsync {
  return guarded(at, async (app) => {
    mlflowRoute(app, 'POST', '/mlflow/traces', 'tracking.write', async (req, fields) => {
      const made = await at(req).describe(req.actor, {
        id: `tr-${randomUUID().replaceAll('-', '')}`,
        experiment_id: fields.requiredText('experiment_id'),
        request_time: timeIn(fields) ?? 0,
        execution_duration: null,
        state: 'IN_PROGRESS',
        tags: tagsIn(fields),
        metadata: metadataIn(fields),
      })
      return { trace_info: infoOf2(made) }
    })

    mlflowRoute(app, 'PATCH', '/mlflow/traces/:request_id', 'tracking.write', async (req, fields) => {
      const before = await at(req).get(pathIn(req, 'request_id'))
      const end = timeIn(fields)
      const state = fields.choice('status', statuses2)
      const changed = await at(req).describe(req.actor, {
        ...before,
        execution_duration: end === undefined ? before.execution_duration : Math.max(0, end - before.request_time),
        state: state === undefined ? before.state : state === 'TRACE_STATUS_UNSPECIFIED' ? 'STATE_UNSPECIFIED' : state,
        tags: tagsIn(fields),
        metadata: metadataIn(fields),
      })
      return { trace_info: infoOf2(changed) }
    })

    mlflowRoute(app, 'GET', '/mlflow/traces/:request_id/info', 'tracking.read', async (req) => ({
      trace_info: infoOf2(await at(req).get(pathIn(req, 'request_id'))),
    }))

    mlflowRoute(app, 'GET', '/mlflow/traces', 'tracking.read', async (req, fields) => {
      const { traces, next_page_token } = await at(req).search({
        experiment_ids: fields.texts('experiment_ids'),
        filter: fields.text('filter') ?? '',
        order_by: fields.texts('order_by'),
        max_results: maxResults(fields, mostTraces, 100),
        page_token: fields.text('page_token'),
      })
      return { traces: traces.map(infoOf2), next_page_token }
    })

    shared(app, at)
  })
}

function shared(app: Parameters<FastifyPluginAsync>[0], at: Parts['at']) {
  mlflowRoute(app, 'PATCH', '/mlflow/traces/:trace_id/tags', 'tracking.write', async (req, fields) => {
    await at(req).setTag(pathIn(req, 'trace_id'), fields.requiredText('key'), fields.text('value') ?? '')
    return undefined
  })

  app.delete('/mlflow/traces/:trace_id/tags', {
    config: { requires: 'tracking.write' },
    handler: async (req) => {
      const key = fieldsIn(req).text('key') ?? (req.query as Record<string, unknown>).key
      if (typeof key !== 'string' || key === '') throw missingParameter('key')
      await at(req).deleteTag(pathIn(req, 'trace_id'), key)
      return {}
    },
  })

  mlflowRoute(app, 'POST', '/mlflow/traces/link-to-run', 'tracking.write', async (req, fields) => {
    await at(req).links.toRun(fields.texts('trace_ids'), fields.requiredText('run_id'))
    return undefined
  })

  mlflowRoute(app, 'POST', '/mlflow/traces/link-prompts', 'tracking.write', async (req, fields) => {
    const id = fields.requiredText('trace_id')
    const versions = fields.list('prompt_versions', (one) => ({
      name: one.requiredText('name'),
      version: one.requiredText('version'),
    }))
    await at(req).links.prompts(id, versions)
    return undefined
  })

  mlflowRoute(app, 'POST', '/mlflow/traces/delete-traces', 'tracking.write', async (req, fields) => {
    const experiment_id = fields.requiredText('experiment_id')
    const ids = [...fields.texts('request_ids'), ...fields.texts('trace_ids')]
    const until = fields.integer('max_timestamp_millis')
    const most = fields.integer('max_traces')
    if (until === undefined && ids.length === 0) {
      throw badRequest('Either `max_timestamp_millis` or `trace_ids` must be specified.')
    }
    if (until !== undefined && ids.length > 0) {
      throw badRequest('Only one of `max_timestamp_millis` and `trace_ids` can be specified.')
    }
    if (ids.length > 0 && most !== undefined) {
      throw badRequest("`max_traces` can't be specified if `trace_ids` is specified.")
    }
    if (most !== undefined && most <= 0) {
      throw badRequest(`\`max_traces\` must be a positive integer, received ${most}.`)
    }
    const chosen = until === undefined ? { ids } : { until }
    return { traces_deleted: await at(req).remove(req.actor, { experiment_id, most, ...chosen }) }
  })
}

/** JSON has no NaN: protobuf writes it as a text. */
const numberText = (value: number) => (Number.isNaN(value) ? 'NaN' : value)

/** Routes in a context of their own, where a request that names traces is held to the permissions of their experiments. */
function guarded(at: Parts['at'], routes: FastifyPluginAsync): FastifyPluginAsync {
  return async (app) => {
    await app.register(async (scope) => {
      scope.addHook('preHandler', async (req) => {
        const ids = [req.params, req.query, req.body].flatMap(idsIn)
        if (ids.length === 0) return
        await at(req).demand(req.actor, req.routeOptions.config.requires === 'tracking.write' ? 'EDIT' : 'READ', ids)
      })
      await routes(scope, {})
    })
  }
}

function idsIn(source: unknown): string[] {
  if (typeof source !== 'object' || source === null) return []
  const { trace_id, request_id, trace_ids, request_ids } = source as Record<string, unknown>
  return [trace_id, request_id, trace_ids, request_ids].flat().filter((id) => typeof id === 'string')
}

function locationIn(location: Fields | undefined): string {
  const id = location?.message('mlflow_experiment')?.text('experiment_id')
  if (!id) throw badRequest('A trace location must name an MLflow experiment: other locations are not served.')
  return id
}

const metadataIn = (fields: Fields) =>
  fields.list('request_metadata', (item) => ({ key: item.text('key') ?? '', value: item.text('value') ?? '' }))

function timeIn(fields: Fields): number | undefined {
  const time = fields.integer('timestamp_ms')
  if (time !== undefined && (time < 0 || time > 8_640_000_000_000_000)) throw invalidParameter('timestamp_ms', time)
  return time
}

function batchIn(fields: Fields): string[] {
  const ids = fields.texts('trace_ids')
  if (ids.length === 0) throw missingParameter('trace_ids')
  if (ids.length > mostInBatch) throw badRequest(`At most ${mostInBatch} traces can be asked for at once.`)
  return [...new Set(ids)]
}

const assessmentsOf = async (traces: Traces, id: string) => (await traces.assessments.of([id])).get(id)

/** Each trace with its spans, as JSON. */
async function textsOf(traces: Traces, ids: readonly string[]): Promise<string[]> {
  const infos = await traces.read(ids)
  const found = infos.map(({ id }) => id)
  const [spans, said] = await Promise.all([traces.spans(found), traces.assessments.of(found)])
  return infos.map((info) => traceText(info, said.get(info.id) ?? [], spans.get(info.id) ?? []))
}

const sendText = (reply: FastifyReply, text: string) =>
  reply.type('application/json; charset=utf-8').serializer(String).send(text)
