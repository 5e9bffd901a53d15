import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod, ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { ExperimentId } from '../tracking/schema.ts'
import { toAssessment } from './assessments.ts'
import {
  Assessment,
  AssessmentInput,
  Span,
  SpanId,
  Trace,
  TraceDeletion,
  TraceId,
  TraceOutline,
  TracePage,
  TraceSearch,
  TraceTag,
} from './schema.ts'
import type { Traces } from './service.ts'

type Parts = { at: (req: FastifyRequest) => Traces }

const tags = ['traces']
const read = { requires: 'tracking.read' } as const
const write = { requires: 'tracking.write' } as const

/** Traces for people; clients write them through OTLP and MLflow's API. */
export function traceRoutes({ at }: Parts): FastifyPluginAsyncZod {
  const byExperiment = z.object({ id: ExperimentId })
  const params = z.object({ id: TraceId })
  const nothing = { 204: z.null() }

  return async (parent) => {
    await parent.register(async (scope) => {
      const app = scope.withTypeProvider<ZodTypeProvider>()
      // A trace is as visible and as open to change as its experiment.
      app.addHook('preHandler', async (req) => {
        const { url = '', config } = req.routeOptions
        if (!url.includes('/traces/:id')) return
        const level = config.requires === 'tracking.write' ? 'EDIT' : 'READ'
        await at(req).demand(req.actor, level, [(req.params as { id: string }).id])
      })

      app.get('/experiments/:id/traces', {
        config: read,
        schema: {
          tags,
          summary: "Traces of an experiment; filter and order in MLflow's grammar",
          params: byExperiment,
          querystring: TraceSearch,
          response: { 200: TracePage },
        },
        handler: (req) => {
          const { filter, order_by, limit, page_token } = req.query
          return at(req).page(req.params.id, { filter, order_by, max_results: limit, page_token })
        },
      })

      app.post('/experiments/:id/traces/deletion', {
        config: write,
        schema: {
          tags,
          summary: 'Delete traces for good; the event names every one of them and the reason',
          params: byExperiment,
          body: TraceDeletion,
          response: { 200: z.object({ deleted: z.int() }) },
        },
        handler: async (req) => {
          const { ids, reason } = req.body
          return { deleted: await at(req).remove(req.actor, { experiment_id: req.params.id, ids, reason }) }
        },
      })

      app.get('/traces/:id', {
        config: read,
        schema: {
          tags,
          summary: 'One trace: its tree of spans, depth first, and its assessments',
          params,
          response: { 200: Trace },
        },
        handler: (req) => at(req).show(req.params.id),
      })

      app.get('/traces/:id/outline', {
        config: read,
        schema: {
          tags,
          summary: 'One trace with its tree of spans, each without its content',
          params,
          response: { 200: TraceOutline },
        },
        handler: (req) => at(req).outline(req.params.id),
      })

      app.get('/traces/:id/spans/:span', {
        config: read,
        schema: {
          tags,
          summary: 'One span: attributes, events, links',
          params: params.extend({ span: SpanId }),
          response: { 200: Span },
        },
        handler: (req) => at(req).span(req.params.id, req.params.span),
      })

      app.put('/traces/:id/tags', {
        config: write,
        schema: { tags, summary: 'Set a tag of a trace', params, body: TraceTag, response: nothing },
        handler: async (req, reply) => {
          await at(req).setTag(req.params.id, req.body.key, req.body.value)
          return reply.code(204).send(null)
        },
      })

      app.delete('/traces/:id/tags', {
        config: write,
        schema: {
          tags,
          summary: 'Take a tag from a trace',
          params,
          querystring: z.strictObject({ key: z.string().min(1).max(250) }),
          response: nothing,
        },
        handler: async (req, reply) => {
          await at(req).deleteTag(req.params.id, req.query.key)
          return reply.code(204).send(null)
        },
      })

      app.post('/traces/:id/assessments', {
        config: write,
        schema: {
          tags,
          summary: 'Say what you think of a trace, or what it should have answered',
          params,
          body: AssessmentInput,
          response: { 200: Assessment },
        },
        handler: async (req) => toAssessment(await at(req).assess(req.actor, req.params.id, req.body)),
      })

      app.delete('/traces/:id/assessments/:assessment', {
        config: write,
        schema: {
          tags,
          summary: 'Delete an assessment; the trail keeps its digest',
          params: params.extend({ assessment: z.string().max(256) }),
          response: nothing,
        },
        handler: async (req, reply) => {
          const { assessments } = at(req)
          await assessments.get(req.params.id, req.params.assessment)
          await assessments.remove(req.actor, req.params.id, req.params.assessment)
          return reply.code(204).send(null)
        },
      })
    })
  }
}
