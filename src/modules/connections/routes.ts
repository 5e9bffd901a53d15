import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Connections, DryRun, DryRunInput } from './schema.ts'
import type { ConnectionService } from './service.ts'

type Parts = { at: (req: FastifyRequest) => ConnectionService }

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

    app.post('/connections/dry-runs', {
      config: { requires: 'access.write', rate: { burst: 20, perMinute: 30 } },
      schema: {
        tags: ['server'],
        summary: 'Ask a scoring endpoint or an identity provider now, changing nothing there, and keep what it showed',
        body: DryRunInput,
        response: { 200: DryRun },
      },
      handler: (req) => at(req).dryRun(req.actor, req.body),
    })
  }
}
