import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { SetUpInput } from './schema.ts'
import type { SetUp } from './service.ts'

export function setUpRoutes(setUp: SetUp): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/set-up', {
      config: { requires: 'access.write', server: true },
      schema: {
        tags: ['server'],
        summary: 'Finish the first start: name, administrator, how people sign in, starter policies',
        body: SetUpInput,
        response: { 204: z.null() },
      },
      handler: async (req, reply) => {
        await setUp.finish(req.actor, req.body)
        return reply.code(204).send(null)
      },
    })
  }
}
