import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Condition, ConditionProof, ConditionQuery, ConditionReport, ConditionResult } from './schema.ts'
import type { Reviews } from './service.ts'

const tags = ['conditions']
const params = z.object({ id: z.string() })

/** What approvals were given on condition of. */
export function conditionRoutes({ at }: { at: (req: FastifyRequest) => Reviews }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/conditions', {
      config: { requires: 'review.read', model: 'any' },
      schema: {
        tags,
        summary: 'Conditions of approvals, what is due first comes first; the open ones unless asked for all',
        querystring: ConditionQuery,
        response: { 200: z.object({ conditions: z.array(Condition) }) },
      },
      handler: async (req) => ({ conditions: await at(req).conditions.list(req.actor, req.query) }),
    })

    app.post('/conditions/:id/report', {
      config: { requires: 'review.read', model: 'any' },
      schema: {
        tags,
        summary: 'Say what was done about a condition that you see to',
        params,
        body: ConditionReport,
        response: { 200: Condition },
      },
      handler: (req) => at(req).conditions.report(req.actor, req.params.id, req.body.report),
    })

    app.post('/conditions/:id/confirm', {
      config: { requires: 'review.decide', model: 'any' },
      schema: {
        tags,
        summary:
          'Confirm with proof that a condition is met; 409 with the reasons for whoever sees to it or made the version',
        params,
        body: ConditionProof,
        response: { 200: ConditionResult, 409: ConditionResult },
      },
      handler: async (req, reply) => {
        const result = await at(req).conditions.confirm(req.actor, req.params.id, req.body)
        return reply.code(result.outcome === 'refused' ? 409 : 200).send(result)
      },
    })
  }
}
