import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { NoticeList, NoticeQuery, ReadInput } from './schema.ts'
import type { Notifications } from './service.ts'

/** What the asker was told in this workspace. */
export function noticeRoutes({ at }: { at: (req: FastifyRequest) => Notifications }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/notices', {
      config: { requires: 'signed-in' },
      schema: {
        tags: ['notices'],
        summary: 'What you were told, newest first; what you have not read unless asked for all',
        querystring: NoticeQuery,
        response: { 200: NoticeList },
      },
      handler: (req) => at(req).notices.list(req.actor.id, req.query),
    })

    app.post('/notices/read', {
      config: { requires: 'signed-in' },
      schema: {
        tags: ['notices'],
        summary: 'Mark what you were told as read, all of it or by id',
        body: ReadInput,
        response: { 200: NoticeList },
      },
      handler: (req) => at(req).notices.markRead(req.actor.id, req.body),
    })
  }
}
