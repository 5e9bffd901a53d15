import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { badRequest } from '../../lib/errors.ts'
import {
  type Point,
  type RunPoints,
  readPageToken,
  type Tracking,
  writePageToken,
} from '../../modules/tracking/index.ts'
import { invalidParameter, missingParameter, seeDocs } from './errors.ts'
import type { Fields } from './fields.ts'
import { mlflowListRoute } from './list.ts'
import { runIdIn } from './runs.ts'

const placeColumns = 4
const mostRuns = 100
const mostPoints = 25_000
const mostSteps = 2_500

/** Points of metrics: of one run whole or in pages, of several runs whole or at a sample of their steps. */
export function mlflowHistories({ at }: { at: (req: FastifyRequest) => Tracking }): FastifyPluginAsync {
  return async (app) => {
    const route = (url: string, handler: Parameters<typeof mlflowListRoute>[4]) =>
      mlflowListRoute(app, 'GET', `/mlflow/metrics/${url}`, 'tracking.read', handler)

    // Without `max_results` all points are answered; clients page when they want less.
    route('get-history', async (req, fields) => {
      const runId = runIdIn(fields)
      const key = fields.requiredText('metric_key')
      const limit = fields.integer('max_results') ?? 0
      const { runs } = at(req)
      const after = placeIn(fields)
      if (limit <= 0 && !after) return { name: 'metrics', batches: textsOf(key, runs.wholeHistory(runId, key)) }
      const most = limit > 0 ? limit : mostPoints
      const points = await runs.history(runId, key, { limit: most + 1, after })
      const page = points.slice(0, most)
      const last = page.at(-1)
      const more = page.length < points.length && last !== undefined
      return {
        name: 'metrics',
        batches: textsOf(key, [page]),
        rest: () => ({ next_page_token: more ? tokenOf(last) : undefined }),
      }
    })

    route('get-history-bulk', async (req, fields) => {
      const runIds = fields.texts('run_id')
      if (runIds.length === 0) throw badRequest('GetMetricHistoryBulk request must specify at least one run_id.')
      if (runIds.length > mostRuns) {
        throw badRequest(
          `GetMetricHistoryBulk request cannot specify more than ${mostRuns} run_ids. Received ${runIds.length} run_ids.`,
        )
      }
      const key = fields.text('metric_key')
      if (key === undefined) throw badRequest('GetMetricHistoryBulk request must specify a metric_key.')
      const limit = fields.integer('max_results') ?? mostPoints
      if (limit < 0) throw invalidParameter('max_results', fields.raw('max_results'))
      const found = await at(req).runs.histories(runIds, key, Math.min(limit, mostPoints))
      return { name: 'metrics', batches: textsOfRuns(key, found), whenEmpty: 'shown' }
    })

    route('get-history-bulk-interval', async (req, fields) => {
      const runIds = fields.texts('run_ids')
      if (runIds.length === 0) throw missingParameter('run_ids')
      if (runIds.length > mostRuns) {
        throw badRequest(
          `GetMetricHistoryBulkInterval request must specify at most ${mostRuns} run_ids. Received ${runIds.length} run_ids. ${seeDocs}`,
        )
      }
      const key = fields.requiredText('metric_key')
      const range = rangeIn(fields)
      const most = fields.integer('max_results') ?? mostSteps
      if (most < 1 || most > mostSteps) {
        throw badRequest(`max_results must be between 1 and ${mostSteps}. ${seeDocs}`)
      }
      return {
        name: 'metrics',
        batches: textsOfRuns(key, at(req).runs.sampledHistories(runIds, key, { range, most })),
      }
    })
  }
}

function rangeIn(fields: Fields): readonly [number, number] | undefined {
  const start = fields.integer('start_step')
  const end = fields.integer('end_step')
  if (start === undefined && end === undefined) return undefined
  if (start === undefined || end === undefined) {
    throw badRequest('If either start step or end step are specified, both must be specified.')
  }
  if (start > end) {
    throw badRequest(`end_step must be greater than start_step. Found start_step=${start} and end_step=${end}.`)
  }
  return [start, end]
}

function placeIn(fields: Fields): Point | undefined {
  const place = readPageToken(fields.text('page_token'), () => placeColumns)
  if (!place) return undefined
  const [timestamp = 0, step = 0, value = 0, is_nan = 0] = place.v.map(Number)
  return { timestamp, step, value, is_nan: is_nan === 1 ? 1 : 0 }
}

const tokenOf = ({ timestamp, step, value, is_nan }: Point) =>
  writePageToken({ s: 0, v: [timestamp, step, value, is_nan] })

async function* textsOf(key: string, batches: AsyncIterable<readonly Point[]> | Iterable<readonly Point[]>) {
  const text = pointText(key)
  for await (const points of batches) yield points.map(text)
}

async function* textsOfRuns(key: string, batches: AsyncIterable<RunPoints> | Iterable<RunPoints>) {
  for await (const { run_id, points } of batches) yield points.map(pointText(key, run_id))
}

/** Values are finite or NaN, so that their text is JSON. */
function pointText(key: string, runId?: string): (point: Point) => string {
  const before = `{"key":${JSON.stringify(key)},"value":`
  const end = runId === undefined ? '}' : `,"run_id":${JSON.stringify(runId)}}`
  return ({ value, is_nan, timestamp, step }) =>
    `${before}${is_nan === 1 ? '"NaN"' : value},"timestamp":${timestamp},"step":${step}${end}`
}
