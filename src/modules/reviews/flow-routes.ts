import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  ChangesInput,
  ChangesResult,
  Delegation,
  DelegationInput,
  DelegationResult,
  NoteInput,
  PrivateNote,
  ResubmitInput,
  Review,
} from './schema.ts'
import type { Reviews } from './service.ts'

const tags = ['reviews']
const params = z.object({ id: z.string() })

/** What happens in a review before it is decided. */
export function flowRoutes({ at }: { at: (req: FastifyRequest) => Reviews }): FastifyPluginAsyncZod {
  const decides = { requires: 'review.decide', model: 'any' } as const
  const submits = { requires: 'review.submit', model: 'any' } as const

  return async (app) => {
    app.post('/reviews/:id/changes', {
      config: decides,
      schema: {
        tags,
        summary: 'Ask for changes, naming the requirements; 409 with the reasons when separation of duties forbids it',
        params,
        body: ChangesInput,
        response: { 200: ChangesResult, 409: ChangesResult },
      },
      handler: async (req, reply) => {
        const result = await at(req).turns.requestChanges(req.actor, req.params.id, req.body)
        return reply.code(result.outcome === 'refused' ? 409 : 200).send(result)
      },
    })

    app.post('/reviews/:id/resubmit', {
      config: submits,
      schema: {
        tags,
        summary: 'Submit it again after changes, as whoever asked for it',
        params,
        body: ResubmitInput,
        response: { 200: Review },
      },
      handler: (req) => at(req).turns.resubmit(req.actor, req.params.id, req.body),
    })

    app.post('/reviews/:id/withdraw', {
      config: submits,
      schema: { tags, summary: 'Take a request for review back', params, response: { 200: Review } },
      handler: (req) => at(req).withdraw(req.actor, req.params.id),
    })

    app.post('/reviews/:id/delegations', {
      config: decides,
      schema: {
        tags,
        summary: 'Let somebody else decide in your place until a moment; 409 with the reasons when that is refused',
        params,
        body: DelegationInput,
        response: { 200: DelegationResult, 409: DelegationResult },
      },
      handler: async (req, reply) => {
        const result = await at(req).delegations.delegate(req.actor, req.params.id, req.body)
        return reply.code(result.outcome === 'refused' ? 409 : 200).send(result)
      },
    })

    app.post('/reviews/:id/delegations/:delegation/end', {
      config: decides,
      schema: {
        tags,
        summary: 'End a delegation before its time, as one of its two people',
        params: params.extend({ delegation: z.string() }),
        response: { 200: Delegation },
      },
      handler: (req) => at(req).delegations.end(req.actor, req.params.id, req.params.delegation),
    })

    app.put('/reviews/:id/note', {
      config: { requires: 'review.read', model: 'any' },
      schema: {
        tags,
        summary: 'Note something for yourself alone; an empty text takes the note away',
        params,
        body: NoteInput,
        response: { 200: z.object({ notes: z.array(PrivateNote) }) },
      },
      handler: async (req) => ({ notes: await at(req).notes.put(req.actor, req.params.id, req.body) }),
    })
  }
}
