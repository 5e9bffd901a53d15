import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { PersonId, RoleChange, RoleDefinition, RoleInput, RoleName, Seat, SeatId, SeatInput } from './schema.ts'
import type { Access } from './service.ts'
import './request.ts'

/** Roles that a workspace defines, and seats for its auditors. */
export function roleRoutes(access: Access): FastifyPluginAsyncZod {
  return async (app) => {
    const tags = ['access']
    const byName = z.object({ name: RoleName })
    const writes = { requires: 'access.write' } as const

    app.get('/roles', {
      config: { requires: 'access.read', model: 'any' },
      schema: {
        tags,
        summary: 'Every role with what it permits',
        response: { 200: z.object({ roles: z.array(RoleDefinition) }) },
      },
      handler: async (req) => ({ roles: await access.in(req.workspace).roles.list() }),
    })

    app.post('/roles', {
      config: writes,
      schema: { tags, summary: 'Define a role', body: RoleInput, response: { 200: RoleDefinition } },
      handler: (req) => access.in(req.workspace).roles.define(req.actor, req.body),
    })

    app.put('/roles/:name', {
      config: writes,
      schema: {
        tags,
        summary: 'Change what a defined role permits, at once for everyone who holds it',
        params: byName,
        body: RoleChange,
        response: { 200: RoleDefinition },
      },
      handler: (req) => access.in(req.workspace).roles.change(req.actor, req.params.name, req.body),
    })

    app.delete('/roles/:name', {
      config: writes,
      schema: {
        tags,
        summary: 'Remove a defined role; 409 with the holders while somebody holds it',
        params: byName,
        response: { 204: z.null() },
      },
      handler: async (req, reply) => {
        await access.in(req.workspace).roles.remove(req.actor, req.params.name)
        return reply.code(204).send(null)
      },
    })

    app.get('/seats', {
      config: writes,
      schema: {
        tags,
        summary: 'Auditors’ seats, newest first, those that ended too',
        querystring: z.strictObject({ person: PersonId.optional() }),
        response: { 200: z.object({ seats: z.array(Seat) }) },
      },
      handler: async (req) => ({ seats: await access.in(req.workspace).seats.list(req.query.person) }),
    })

    app.post('/seats', {
      config: writes,
      schema: { tags, summary: 'Open a seat for an auditor', body: SeatInput, response: { 200: Seat } },
      handler: (req) => access.in(req.workspace).seats.open(req.actor, req.body),
    })

    app.post('/seats/:id/close', {
      config: writes,
      schema: {
        tags,
        summary: 'Close a seat before its time',
        params: z.object({ id: SeatId }),
        body: z.strictObject({ reason: z.string().trim().min(1).max(1000) }),
        response: { 200: Seat },
      },
      handler: (req) => access.in(req.workspace).seats.close(req.actor, req.params.id, req.body.reason),
    })
  }
}
