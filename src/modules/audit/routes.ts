import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Checkpoint, EventPage, EventQuery, Proof, TrailCheck } from './schema.ts'
import type { Audit } from './service.ts'

type Parts = {
  at: (req: FastifyRequest) => Audit
  names: (ids: readonly string[]) => Promise<Map<string, string>>
  /** Where the routes lie: the workspace's trail under `/audit`, that of accounts under `/audit/accounts`. */
  path: '/audit' | '/audit/accounts'
}

/** A trail: events, checkpoints, proofs, export. */
export function auditRoutes({ at, names, path }: Parts): FastifyPluginAsyncZod {
  const index = z.coerce.number().int().min(0)

  // One trail of accounts speaks of all workspaces.
  const config = { requires: 'audit.read' as const, ...(path === '/audit/accounts' ? { server: true } : {}) }

  /** These read a trail from its beginning. */
  const whole = { ...config, rate: { burst: 20, perMinute: 30 } }

  return async (app) => {
    app.get(`${path}/events`, {
      config,
      schema: {
        tags: ['audit'],
        summary: 'Events, newest first',
        querystring: EventQuery,
        response: { 200: EventPage },
      },
      handler: async (req) => {
        const { events, size } = await at(req).events(req.query)
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

    app.get(`${path}/checkpoint`, {
      config,
      schema: { tags: ['audit'], summary: 'The newest signed checkpoint', response: { 200: Checkpoint } },
      handler: (req) => at(req).checkpoint(),
    })

    app.get(`${path}/check`, {
      config: whole,
      schema: { tags: ['audit'], summary: 'Recompute the whole trail', response: { 200: TrailCheck } },
      handler: (req) => at(req).check(),
    })

    app.get(`${path}/proofs/inclusion`, {
      config,
      schema: {
        tags: ['audit'],
        summary: 'RFC 9162 inclusion proof of one event',
        querystring: z.strictObject({ index, size: index.optional() }),
        response: { 200: Proof },
      },
      handler: (req) => at(req).inclusion(req.query.index, req.query.size),
    })

    app.get(`${path}/proofs/consistency`, {
      config,
      schema: {
        tags: ['audit'],
        summary: 'RFC 9162 consistency proof between two sizes',
        querystring: z.strictObject({ from: index, to: index }),
        response: { 200: Proof },
      },
      handler: (req) => at(req).consistency(req.query.from, req.query.to),
    })

    app.get(`${path}/export`, {
      config: whole,
      schema: { tags: ['audit'], summary: 'The trail file: every event with its leaf hash and every checkpoint' },
      handler: (req, reply) =>
        reply
          .type('application/jsonl')
          .header('content-disposition', 'attachment; filename="trail.jsonl"')
          .send(Readable.from(at(req).exportLines())),
    })
  }
}
