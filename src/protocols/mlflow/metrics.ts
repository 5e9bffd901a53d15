import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { badRequest } from '../../lib/errors.ts'
import { limits, type Measured, type Tracking } from '../../modules/tracking/index.ts'
import { missingParameter } from './errors.ts'
import type { Fields } from './fields.ts'
import { mlflowRoute, tagsIn } from './route.ts'
import { runIdIn } from './runs.ts'

const largestBatch = 1_000_000

export function mlflowMetrics({ at }: { at: (req: FastifyRequest) => Tracking }): FastifyPluginAsync {
  return async (app) => {
    mlflowRoute(app, 'POST', '/mlflow/runs/log-metric', 'tracking.write', async (req, fields) => {
      const runId = runIdIn(fields)
      await at(req).runs.log(req.actor, { runId, metrics: [metricIn(fields)], single: true })
      return undefined
    })

    mlflowRoute(app, 'POST', '/mlflow/runs/log-parameter', 'tracking.write', async (req, fields) => {
      const runId = runIdIn(fields)
      const param = { key: fields.requiredText('key'), value: fields.text('value') ?? '' }
      await at(req).runs.log(req.actor, { runId, params: [param], single: true })
      return undefined
    })

    mlflowRoute(app, 'POST', '/mlflow/runs/set-tag', 'tracking.write', async (req, fields) => {
      const runId = runIdIn(fields)
      const tag = { key: fields.requiredText('key'), value: fields.text('value') ?? '' }
      await at(req).runs.log(req.actor, { runId, tags: [tag], single: true })
      return undefined
    })

    mlflowRoute(app, 'POST', '/mlflow/runs/log-batch', 'tracking.write', async (req, fields) => {
      const runId = fields.requiredText('run_id')
      const input = { runId, metrics: metricsIn(fields), params: paramsIn(fields), tags: tagsOf(fields) }
      const size = Number(req.headers['content-length'] ?? 0)
      const few = input.metrics.length <= limits.batchMetrics && input.tags.length <= limits.batchTags
      if (size > largestBatch && few && input.params.length <= limits.batchParams) {
        throw badRequest(
          `Batched logging API requests must be at most ${largestBatch} bytes, got a request of size ${size}.`,
        )
      }
      await at(req).runs.log(req.actor, input)
      return undefined
    })
  }
}

function metricIn(fields: Fields, path = ''): Measured {
  const key = fields.requiredText('key')
  const value = fields.number('value')
  if (value === undefined) throw missingParameter(`${path}value`)
  const timestamp = fields.integer('timestamp')
  if (timestamp === undefined) throw missingParameter(`${path}timestamp`)
  return {
    key,
    value,
    timestamp,
    step: fields.integer('step') ?? 0,
    model_id: fields.text('model_id') || undefined,
    dataset_name: fields.text('dataset_name'),
    dataset_digest: fields.text('dataset_digest'),
  }
}

/** A batch is mostly metrics in their plain form, which need no second look. */
function metricsIn(fields: Fields): Measured[] {
  const raw = fields.raw('metrics')
  if (Array.isArray(raw) && raw.every(isPlain)) return raw
  return fields.list('metrics', (item, index) => metricIn(item, `metrics[${index}].`))
}

function isPlain(item: unknown): item is Measured {
  if (typeof item !== 'object' || item === null) return false
  const { key, value, timestamp, step, model_id } = item as Record<string, unknown>
  return (
    typeof key === 'string' &&
    key !== '' &&
    typeof value === 'number' &&
    Number.isSafeInteger(timestamp) &&
    Number.isSafeInteger(step) &&
    model_id === undefined
  )
}

const paramsIn = (fields: Fields) =>
  fields.list('params', (param) => ({ key: param.requiredText('key'), value: param.text('value') ?? '' }))

function tagsOf(fields: Fields) {
  const tags = tagsIn(fields)
  const empty = tags.findIndex(({ key }) => key === '')
  if (empty >= 0) throw missingParameter(`tags[${empty}].key`)
  return tags
}
