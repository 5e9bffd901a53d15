import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Connections } from './schema.ts'

type Parts = { at: (req: FastifyRequest) => { list(): Promise<Connections> } }

/** Is it wired, is it safe. */
export function connectionRoutes({ at }: Parts): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/connections', {
      config: { requires: 'access.write' },
      schema: {
        tags: ['server'],
        summary: 'What the server rests on and talks to, and when each last worked',
        response: { 200: Connections },
      },
      handler: (req) => at(req).list(),
    })
  }
}
