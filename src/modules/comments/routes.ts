import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Comment, CommentChange, CommentInput, SaidComment } from './schema.ts'
import type { Comments } from './service.ts'

const tags = ['comments']
const ofVersion = z.object({ name: z.string(), version: z.string() })
const byId = z.object({ id: z.string() })

/** What people say about reviews, requirements and evidence. */
export function commentRoutes({ at }: { at: (req: FastifyRequest) => Comments }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/models/:name/versions/:version/comments', {
      config: { requires: 'review.read', model: { param: 'name' } },
      schema: {
        tags,
        summary: 'Comments on the reviews, requirements and evidence of a version, oldest first',
        params: ofVersion,
        response: { 200: z.object({ comments: z.array(Comment) }) },
      },
      handler: async (req) => ({ comments: await at(req).list(req.params.name, req.params.version) }),
    })

    app.post('/models/:name/versions/:version/comments', {
      config: { requires: 'review.comment', model: { param: 'name' } },
      schema: {
        tags,
        summary: 'Say something; whoever is named with @login is told',
        params: ofVersion,
        body: CommentInput,
        response: { 200: SaidComment },
      },
      handler: (req) => at(req).add(req.actor, req.params.name, req.params.version, req.body),
    })

    app.patch('/comments/:id', {
      config: { requires: 'review.comment', model: 'any' },
      schema: {
        tags,
        summary: 'Say it differently; every earlier text stays',
        params: byId,
        body: CommentChange,
        response: { 200: SaidComment },
      },
      handler: (req) => at(req).change(req.actor, req.params.id, req.body.text),
    })

    app.post('/comments/:id/retract', {
      config: { requires: 'review.comment', model: 'any' },
      schema: { tags, summary: 'Take a comment back; it stays readable', params: byId, response: { 200: Comment } },
      handler: (req) => at(req).retract(req.actor, req.params.id),
    })
  }
}
