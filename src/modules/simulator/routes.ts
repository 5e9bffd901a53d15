import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { ExplainQuery, Explanation } from './schema.ts'
import type { createSimulator } from './service.ts'

/** What can this person do to this, and why. */
export function simulatorRoutes({
  at,
}: {
  at: (req: FastifyRequest) => ReturnType<typeof createSimulator>
}): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/access/explain', {
      config: { requires: 'access.read', model: 'any' },
      schema: {
        tags: ['access'],
        summary:
          'What somebody can do to a model or in the workspace, why, and otherwise what is missing and who could give it',
        querystring: ExplainQuery,
        response: { 200: Explanation },
      },
      handler: (req) => at(req).explain(req.actor, req.query),
    })
  }
}
