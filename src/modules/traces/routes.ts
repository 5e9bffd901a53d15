import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { ExperimentId } from '../tracking/schema.ts'
import { Trace, TraceId, TracePage, TraceSearch } from './schema.ts'
import type { Traces } from './service.ts'

const tags = ['traces']

/** Traces for people; clients write them through OTLP and MLflow's API. */
export function traceRoutes({ at }: { at: (req: FastifyRequest) => Traces }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/experiments/:id/traces', {
      config: { requires: 'tracking.read' },
      schema: {
        tags,
        summary: "Traces of an experiment; filter and order in MLflow's grammar",
        params: z.object({ id: ExperimentId }),
        querystring: TraceSearch,
        response: { 200: TracePage },
      },
      handler: (req) => {
        const { filter, order_by, limit, page_token } = req.query
        return at(req).page(req.params.id, { filter, order_by, max_results: limit, page_token })
      },
    })

    app.get('/traces/:id', {
      config: { requires: 'tracking.read' },
      schema: {
        tags,
        summary: 'One trace: its tree of spans, depth first, and its assessments',
        params: z.object({ id: TraceId }),
        response: { 200: Trace },
      },
      handler: async (req) => {
        await at(req).demand(req.actor, 'READ', [req.params.id])
        return at(req).show(req.params.id)
      },
    })
  }
}
