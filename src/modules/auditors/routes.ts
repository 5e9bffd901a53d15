import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { SeatId } from '../access/schema.ts'
import { EventPage, Proof } from '../audit/schema.ts'
import type { SeatReads } from './reads.ts'
import type { createRoom } from './room.ts'
import { AuditorRoom, Sample, SampleQuery, ScopedEventQuery, SeatRead, SeatReadQuery } from './schema.ts'

type Parts = {
  room: (req: FastifyRequest) => ReturnType<typeof createRoom>
  reads: (req: FastifyRequest) => SeatReads
  /** Refuses a seat of another workspace. */
  demandSeat: (req: FastifyRequest, id: SeatId) => Promise<unknown>
  names: (ids: readonly string[]) => Promise<Map<string, string>>
}

/** The auditor's room, and what its host sees of it. */
export function auditorRoutes({ room, reads, demandSeat, names }: Parts): FastifyPluginAsyncZod {
  return async (app) => {
    const tags = ['auditors']
    const config = { requires: 'audit.read', model: 'any' } as const

    app.get('/auditor/room', {
      config,
      schema: { tags, summary: 'Your scope, its end, and what lies in it', response: { 200: AuditorRoom } },
      handler: (req) => room(req).room(req.actor),
    })

    app.get('/auditor/events', {
      config,
      schema: {
        tags,
        summary: 'Events in your scope, newest first',
        querystring: ScopedEventQuery,
        response: { 200: EventPage },
      },
      handler: async (req) => {
        const { events, size } = await room(req).events(req.actor, req.query)
        const known = await names(events.map(({ body }) => body.actor.id))
        const last = events.at(-1)?.body.index
        return {
          size,
          next_before: events.length === req.query.limit && last !== undefined && last > 0 ? last : null,
          events: events.map(({ body, leaf }) => ({
            ...body,
            leaf,
            actor_name: body.actor.id === 'server' ? 'the server' : (known.get(body.actor.id) ?? body.actor.id),
          })),
        }
      },
    })

    app.get('/auditor/proofs/inclusion', {
      config,
      schema: {
        tags,
        summary: 'RFC 9162 inclusion proof of one event in your scope',
        querystring: z.strictObject({ index: z.coerce.number().int().min(0) }),
        response: { 200: Proof },
      },
      handler: (req) => room(req).inclusion(req.actor, req.query.index),
    })

    app.get('/auditor/sample', {
      config,
      schema: {
        tags,
        summary:
          'A sample of decisions, verdicts, versions in use or findings in your scope, which anybody can draw again',
        querystring: SampleQuery,
        response: { 200: Sample },
      },
      handler: (req) => room(req).sample(req.actor, req.query),
    })

    app.get('/seats/:id/reads', {
      config: { requires: 'access.write' },
      schema: {
        tags,
        summary: 'What was read from a seat, newest first',
        params: z.object({ id: SeatId }),
        querystring: SeatReadQuery,
        response: { 200: z.object({ reads: z.array(SeatRead) }) },
      },
      handler: async (req) => {
        await demandSeat(req, req.params.id)
        return { reads: await reads(req).list(req.params.id, req.query) }
      },
    })
  }
}
