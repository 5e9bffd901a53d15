import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Calendar, CalendarQuery, MyWork } from './schema.ts'
import type { Work } from './service.ts'

const tags = ['work']

/** What waits for whoever asks, and what ends by itself. */
export function workRoutes({ at }: { at: (req: FastifyRequest) => Work }): FastifyPluginAsyncZod {
  const config = { requires: 'registry.read', model: 'any' } as const

  return async (app) => {
    app.get('/work', {
      config,
      schema: {
        tags,
        summary: 'What waits for you, what waits for others because of you, and what lapses soon',
        response: { 200: MyWork },
      },
      handler: (req) => at(req).mine(req.actor),
    })

    app.get('/work/calendar', {
      config,
      schema: {
        tags,
        summary: 'What is allowed now and ends by itself, the first first, with the load of each validator',
        querystring: CalendarQuery,
        response: { 200: Calendar },
      },
      handler: (req) => at(req).calendar(req.actor, req.query),
    })
  }
}
