import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type HeldDuties, refuseHeld } from './leaving.ts'
import {
  Account,
  DisableInput,
  GrantInput,
  NewToken,
  PasswordInput,
  Permission,
  Person,
  PersonId,
  PersonInput,
  permits,
  Session,
  Token,
  TokenId,
  TokenInput,
  TokenRotation,
} from './schema.ts'
import type { Access } from './service.ts'
import './request.ts'

export const sessionCookie = 'modelkeep_session'

type Options = {
  /** Open duties of a person, by workspace. */
  dutiesOf: (person: PersonId) => Promise<HeldDuties>
}

/** People, sessions and tokens. */
export function accessRoutes(access: Access, { dutiesOf }: Options): FastifyPluginAsyncZod {
  const { signIn, tokens } = access
  const peopleOf = (req: FastifyRequest) => access.in(req.workspace).people

  return async (app) => {
    const tags = ['access']

    app.get('/session', {
      config: { requires: 'signed-in', enrolment: true },
      schema: { tags, summary: 'Who is signed in', response: { 200: Session } },
      handler: async (req) => {
        const known = await peopleOf(req).get(PersonId.parse(req.actor.id))
        const person = { ...known, grants: [...req.actor.grants] }
        return {
          person,
          permissions: Permission.options.filter((each) => permits(req.actor, each)),
          csrf: req.session?.csrf ?? '',
          expires_at: req.session?.expires_at ?? new Date(0).toISOString(),
          workspace: req.workspace,
          pending: req.session?.pending ?? null,
        }
      },
    })

    app.put('/session/password', {
      config: { requires: 'signed-in' },
      schema: { tags, summary: 'Change your password', body: PasswordInput, response: { 204: z.null() } },
      handler: async (req, reply) => {
        await signIn.changePassword(req.actor, req.body.current, req.body.next, req.session?.secret)
        return reply.code(204).send(null)
      },
    })

    app.get('/people', {
      config: { requires: 'access.read', model: 'any' },
      schema: {
        tags,
        summary: 'Accounts that have to do with this workspace; all of them for an administrator of main',
        response: { 200: z.object({ people: z.array(Person) }) },
      },
      handler: async (req) => ({ people: await peopleOf(req).visible.list(req.actor) }),
    })

    app.get('/people/lookup', {
      config: { requires: 'access.write', rate: { burst: 30, perMinute: 30 } },
      schema: {
        tags,
        summary: 'The account with exactly this name, to give it a role here; null when there is none',
        querystring: z.strictObject({ login: z.string().min(1).max(256) }),
        response: { 200: z.object({ person: Account.nullable() }) },
      },
      handler: async (req) => ({ person: await peopleOf(req).visible.lookUp(req.query.login) }),
    })

    app.post('/people', {
      config: { requires: 'access.write' },
      schema: { tags, summary: 'Create an account', body: PersonInput, response: { 200: Person } },
      handler: (req) => peopleOf(req).create(req.actor, req.body),
    })

    const byId = z.object({ id: PersonId })
    app.get('/people/:id', {
      config: { requires: 'access.read', model: 'any' },
      schema: { tags, summary: 'One account', params: byId, response: { 200: Person } },
      handler: (req) => peopleOf(req).visible.get(req.actor, req.params.id),
    })

    app.post('/people/:id/grants', {
      config: { requires: 'access.write' },
      schema: { tags, summary: 'Give a role', params: byId, body: GrantInput, response: { 200: Person } },
      handler: (req) => peopleOf(req).grant(req.actor, req.params.id, req.body),
    })

    app.delete('/people/:id/grants', {
      config: { requires: 'access.write' },
      schema: {
        tags,
        summary: 'Take a role away',
        params: byId,
        querystring: z.strictObject({ role: GrantInput.shape.role, model: z.string().optional() }),
        response: { 200: Person },
      },
      handler: (req) =>
        peopleOf(req).revokeGrant(req.actor, req.params.id, { role: req.query.role, model: req.query.model ?? null }),
    })

    app.post('/people/:id/disable', {
      config: { requires: 'access.write' },
      schema: {
        tags,
        summary: 'Disable an account and end its sessions; 409 with the number of duties while it holds some',
        params: byId,
        body: DisableInput.nullish(),
        response: { 200: Person },
      },
      handler: async (req) => {
        if (!req.body?.leave_duties) refuseHeld(await peopleOf(req).get(req.params.id), await dutiesOf(req.params.id))
        return peopleOf(req).disable(req.actor, req.params.id)
      },
    })

    app.post('/people/:id/enable', {
      config: { requires: 'access.write' },
      schema: {
        tags,
        summary: 'Open a disabled account again, with its roles and without the tokens that it had',
        params: byId,
        response: { 200: Person },
      },
      handler: (req) => peopleOf(req).enable(req.actor, req.params.id),
    })

    app.get('/tokens', {
      config: { requires: 'signed-in' },
      schema: {
        tags,
        summary: 'Your tokens, or all for an administrator',
        querystring: z.strictObject({ expiring_in_days: z.coerce.number().int().min(0).max(366).optional() }),
        response: { 200: z.object({ tokens: z.array(Token) }) },
      },
      handler: async (req) => ({ tokens: await tokens.list(req.actor, req.query.expiring_in_days) }),
    })

    app.post('/tokens', {
      config: { requires: 'signed-in' },
      schema: {
        tags,
        summary: 'Make a token; its secret is shown once',
        body: TokenInput,
        response: { 200: NewToken },
      },
      handler: (req) => tokens.create(req.actor, req.body),
    })

    app.post('/tokens/:id/rotate', {
      config: { requires: 'signed-in' },
      schema: {
        tags,
        summary: 'Give a token a new secret; the old one counts a while longer',
        params: z.object({ id: TokenId }),
        body: TokenRotation,
        response: { 200: NewToken },
      },
      handler: (req) => tokens.rotate(req.actor, req.params.id, req.body),
    })

    app.delete('/tokens/:id', {
      config: { requires: 'signed-in' },
      schema: { tags, summary: 'Revoke a token', params: z.object({ id: TokenId }), response: { 204: z.null() } },
      handler: async (req, reply) => {
        await tokens.revoke(req.actor, req.params.id)
        return reply.code(204).send(null)
      },
    })
  }
}
