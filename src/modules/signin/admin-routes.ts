import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { PersonId } from '../audit/schema.ts'
import { Identity, IdentityInput, SecondFactorRule } from './schema.ts'
import type { SigningIn } from './service.ts'

/** What administrators decide about how others sign in. */
export function signInAdminRoutes({ signIn }: { signIn: SigningIn }): FastifyPluginAsyncZod {
  const { account, admission, factors } = signIn

  return async (app) => {
    const tags = ['sign-in']
    const params = z.object({ id: PersonId })
    const Identities = z.object({ identities: z.array(Identity) })

    app.get('/second-factor-rule', {
      config: { requires: 'access.read' },
      schema: { tags, summary: 'Who must have a second factor', response: { 200: SecondFactorRule } },
      handler: (req) => factors.rule(req.workspace),
    })

    app.put('/second-factor-rule', {
      config: { requires: 'access.write' },
      schema: {
        tags,
        summary: 'Say who must have a second factor; it is asked for at the next sign-in',
        body: SecondFactorRule,
        response: { 200: SecondFactorRule },
      },
      handler: (req) => factors.setRule(req.actor, req.workspace, req.body),
    })

    app.delete('/people/:id/second-factor', {
      config: { requires: 'access.write' },
      schema: {
        tags,
        summary: 'Take away the second factor of somebody who lost it, and end their sessions',
        params,
        response: { 204: z.null() },
      },
      handler: async (req, reply) => {
        await account.reset(req.actor, req.params.id, req.workspace)
        return reply.code(204).send(null)
      },
    })

    app.get('/people/:id/identities', {
      config: { requires: 'access.write' },
      schema: { tags, summary: 'Who an account is at the providers', params, response: { 200: Identities } },
      handler: async (req) => ({ identities: await admission.identities(req.actor, req.params.id, req.workspace) }),
    })

    app.post('/people/:id/identities', {
      config: { requires: 'access.write' },
      schema: {
        tags,
        summary: 'Let somebody of a provider into an account',
        params,
        body: IdentityInput,
        response: { 200: Identities },
      },
      handler: async (req) => ({
        identities: await admission.linkByHand(req.actor, req.params.id, req.workspace, req.body),
      }),
    })

    app.delete('/people/:id/identities', {
      config: { requires: 'access.write' },
      schema: {
        tags,
        summary: 'Part an account from somebody of a provider',
        params,
        querystring: z.strictObject({ issuer: z.string(), subject: z.string() }),
        response: { 200: Identities },
      },
      handler: async (req) => ({
        identities: await admission.unlink(req.actor, req.params.id, req.workspace, req.query),
      }),
    })
  }
}
