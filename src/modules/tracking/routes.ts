import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { ExperimentId, ExperimentRow, LoggedModel, MetricPoint, Run, RunId, StageView } from './schema.ts'
import type { Tracking } from './service.ts'

const tags = ['tracking']
const texts = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => (typeof given === 'string' ? [given] : given))

const RunSearch = z.strictObject({
  filter: z.string().max(10_000).default(''),
  order_by: texts.default([]),
  view: StageView.default('active'),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  page_token: z.string().max(10_000).optional(),
})
const ModelSearch = RunSearch.pick({ filter: true, limit: true, page_token: true })
const views = { active: 'ACTIVE_ONLY', deleted: 'DELETED_ONLY', all: 'ALL' } as const
const CurveQuery = z.strictObject({
  key: texts,
  max_points: z.coerce.number().int().min(10).max(10_000).default(1_000),
})

/** Experiments and runs for people; clients write them through MLflow's API. */
export function trackingRoutes({ at }: { at: (req: FastifyRequest) => Tracking }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/experiments', {
      config: { requires: 'tracking.read' },
      schema: {
        tags,
        summary: 'Experiments',
        querystring: z.strictObject({ view: StageView.default('active') }),
        response: { 200: z.object({ experiments: z.array(ExperimentRow) }) },
      },
      handler: async (req) => {
        const hidden = new Set(await at(req).permissions.hiddenFrom(req.actor))
        return { experiments: (await at(req).experiments.list(req.query.view)).filter(({ id }) => !hidden.has(id)) }
      },
    })

    const byExperiment = z.object({ id: ExperimentId })
    app.get('/experiments/:id', {
      config: { requires: 'tracking.read' },
      schema: { tags, summary: 'One experiment', params: byExperiment, response: { 200: ExperimentRow } },
      handler: (req) => at(req).experiments.getRow(req.params.id),
    })

    app.get('/experiments/:id/runs', {
      config: { requires: 'tracking.read' },
      schema: {
        tags,
        summary: "Runs of an experiment; filter and order in MLflow's grammar",
        params: byExperiment,
        querystring: RunSearch,
        response: { 200: z.object({ runs: z.array(Run), next_page_token: z.string().nullable() }) },
      },
      handler: async (req) => {
        const { filter, order_by, view, limit, page_token } = req.query
        const experiment = await at(req).experiments.get(req.params.id)
        const { runs, next_page_token } = await at(req).runs.search({
          experiment_ids: [experiment.id],
          view: views[view],
          filter,
          order_by,
          max_results: limit,
          page_token,
        })
        return { runs, next_page_token: next_page_token ?? null }
      },
    })

    app.get('/experiments/:id/logged-models', {
      config: { requires: 'tracking.read' },
      schema: {
        tags,
        summary: "Logged models of an experiment, newest first; filter in MLflow's grammar",
        params: byExperiment,
        querystring: ModelSearch,
        response: { 200: z.object({ models: z.array(LoggedModel), next_page_token: z.string().nullable() }) },
      },
      handler: async (req) => {
        const { filter, limit, page_token } = req.query
        const experiment = await at(req).experiments.get(req.params.id)
        const { models, next_page_token } = await at(req).models.search({
          experiment_ids: [experiment.id],
          filter,
          datasets: [],
          order_by: [],
          max_results: limit,
          page_token,
        })
        return { models, next_page_token: next_page_token ?? null }
      },
    })

    const byRun = z.object({ id: RunId })
    app.get('/runs/:id', {
      config: { requires: 'tracking.read' },
      schema: { tags, summary: 'One run', params: byRun, response: { 200: Run } },
      handler: (req) => at(req).runs.get(req.params.id),
    })

    app.get('/runs/:id/metrics', {
      config: { requires: 'tracking.read' },
      schema: {
        tags,
        summary: 'Curves of metrics, thinned out so that peaks stay visible',
        params: byRun,
        querystring: CurveQuery,
        response: {
          200: z.object({ series: z.array(z.object({ key: z.string(), points: z.array(MetricPoint) })) }),
        },
      },
      handler: async (req) => {
        const { runs } = at(req)
        const run = await runs.get(req.params.id)
        const series = req.query.key
          .slice(0, 100)
          .map(async (key) => ({ key, points: await runs.curve(run.id, key, req.query.max_points) }))
        return { series: await Promise.all(series) }
      },
    })
  }
}
