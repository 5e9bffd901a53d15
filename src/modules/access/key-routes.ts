import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { PersonalKey, PersonalKeyId, PersonalKeyInput, PersonId } from './schema.ts'
import type { Access } from './service.ts'

/** One's own keys to sign decisions with. */
export function personalKeyRoutes({ personalKeys }: Access): FastifyPluginAsyncZod {
  return async (app) => {
    const tags = ['account']
    const config = { requires: 'signed-in' } as const

    app.get('/account/keys', {
      config,
      schema: {
        tags,
        summary: 'Your signing keys, newest first, those that were revoked too',
        response: { 200: z.object({ keys: z.array(PersonalKey) }) },
      },
      handler: async (req) => ({ keys: await personalKeys.list(PersonId.parse(req.actor.id)) }),
    })

    app.post('/account/keys', {
      config,
      schema: {
        tags,
        summary: 'Enrol a key: its public half, and a signature that proves that you have the other one',
        body: PersonalKeyInput,
        response: { 200: PersonalKey },
      },
      handler: (req) => personalKeys.enrol(req.actor, req.body),
    })

    app.delete('/account/keys/:id', {
      config,
      schema: {
        tags,
        summary: 'Revoke a key: what it signed stays signed, and it signs nothing from now on',
        params: z.object({ id: PersonalKeyId }),
        response: { 204: z.null() },
      },
      handler: async (req, reply) => {
        await personalKeys.revoke(req.actor, req.params.id)
        return reply.code(204).send(null)
      },
    })
  }
}
