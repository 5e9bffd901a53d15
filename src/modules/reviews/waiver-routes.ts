import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Waiver, WaiverInput, WaiverResult } from './schema.ts'
import type { Reviews } from './service.ts'

const tags = ['reviews']
const ofVersion = z.object({ name: z.string(), version: z.string() })

/** Letting a version through for a time: what a look at its files could not vouch for, or what a policy asks for and is not met. */
export function waiverRoutes({ at }: { at: (req: FastifyRequest) => Reviews }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/models/:name/versions/:version/waivers', {
      config: { requires: 'review.read', model: { param: 'name' } },
      schema: {
        tags,
        summary:
          'Waivers of a version, of findings in its files and of requirements, newest first, those that ended too',
        params: ofVersion,
        response: { 200: z.object({ waivers: z.array(Waiver) }) },
      },
      handler: async (req) => ({
        waivers: await at(req).waivers.list(req.actor, req.params.name, req.params.version),
      }),
    })

    app.post('/models/:name/versions/:version/waivers', {
      config: { requires: 'review.decide', model: { param: 'name' } },
      schema: {
        tags,
        summary:
          'Waive an unknown finding or a requirement for a time; 409 with the reasons when separation of duties forbids it',
        params: ofVersion,
        body: WaiverInput,
        response: { 200: WaiverResult, 409: WaiverResult },
      },
      handler: async (req, reply) => {
        const { name, version } = req.params
        const result = await at(req).waivers.give(req.actor, name, version, req.body)
        return reply.code(result.outcome === 'refused' ? 409 : 200).send(result)
      },
    })

    app.post('/waivers/:id/withdraw', {
      config: { requires: 'review.decide', model: 'any' },
      schema: {
        tags,
        summary: 'Take a waiver back',
        params: z.object({ id: z.string() }),
        response: { 200: Waiver },
      },
      handler: (req) => at(req).waivers.withdraw(req.actor, req.params.id),
    })
  }
}
