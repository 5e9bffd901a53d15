import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Added } from './account.ts'
import { type createCookies, sessionOf, toSession } from './cookies.ts'
import {
  Account,
  CeremonyOptions,
  FactorAdded,
  PasskeyId,
  PasskeyInput,
  PasskeyRename,
  RecoveryCodes,
  SessionId,
  SessionInfo,
  TotpConfirmation,
  TotpOffer,
} from './schema.ts'
import type { SigningIn } from './service.ts'

/** One's own account: second factors and sessions. Changes need the session of a browser. */
export function accountRoutes({
  signIn: { account },
  cookies,
}: {
  signIn: SigningIn
  cookies: ReturnType<typeof createCookies>
}): FastifyPluginAsyncZod {
  function added(req: FastifyRequest, reply: FastifyReply, { recovery_codes, opened }: Added): FactorAdded {
    cookies.openSession(reply, opened)
    return { recovery_codes, session: toSession(opened, req.workspace) }
  }

  return async (app) => {
    const tags = ['account']
    const config = { requires: 'signed-in', enrolment: true } as const
    const byId = z.object({ id: PasskeyId })

    app.get('/account', {
      config,
      schema: { tags, summary: 'How your account is protected', response: { 200: Account } },
      handler: (req) => account.get(req.actor),
    })

    app.post('/account/totp', {
      config,
      schema: { tags, summary: 'Begin with an authenticator app', response: { 200: TotpOffer } },
      handler: async (req) => {
        sessionOf(req)
        return account.offerTotp(req.actor)
      },
    })

    app.post('/account/totp/confirm', {
      config,
      schema: {
        tags,
        summary: 'Prove that the app has the secret',
        body: TotpConfirmation,
        response: { 200: FactorAdded },
      },
      handler: async (req, reply) => {
        const { secret } = sessionOf(req)
        return added(req, reply, await account.confirmTotp(req.actor, secret, req.workspace, req.body.code))
      },
    })

    app.delete('/account/totp', {
      config: { requires: 'signed-in' },
      schema: { tags, summary: 'Remove the authenticator app', response: { 204: z.null() } },
      handler: async (req, reply) => {
        sessionOf(req)
        await account.removeTotp(req.actor)
        return reply.code(204).send(null)
      },
    })

    app.post('/account/passkeys/options', {
      config,
      schema: { tags, summary: 'Begin with a passkey', response: { 200: CeremonyOptions } },
      handler: async (req) => {
        const { secret } = sessionOf(req)
        return { options: { ...(await account.newPasskeyOptions(req.actor, secret)) } }
      },
    })

    app.post('/account/passkeys', {
      config,
      schema: { tags, summary: 'Add a passkey', body: PasskeyInput, response: { 200: FactorAdded } },
      handler: async (req, reply) => {
        const { secret } = sessionOf(req)
        return added(req, reply, await account.addPasskey(req.actor, secret, req.workspace, req.body))
      },
    })

    app.patch('/account/passkeys/:id', {
      config: { requires: 'signed-in' },
      schema: { tags, summary: 'Rename a passkey', params: byId, body: PasskeyRename, response: { 204: z.null() } },
      handler: async (req, reply) => {
        sessionOf(req)
        await account.renamePasskey(req.actor, req.params.id, req.body.name)
        return reply.code(204).send(null)
      },
    })

    app.delete('/account/passkeys/:id', {
      config: { requires: 'signed-in' },
      schema: { tags, summary: 'Remove a passkey', params: byId, response: { 204: z.null() } },
      handler: async (req, reply) => {
        sessionOf(req)
        await account.removePasskey(req.actor, req.params.id)
        return reply.code(204).send(null)
      },
    })

    app.post('/account/recovery-codes', {
      config: { requires: 'signed-in' },
      schema: { tags, summary: 'Make recovery codes in place of those there are', response: { 200: RecoveryCodes } },
      handler: async (req) => {
        sessionOf(req)
        return { recovery_codes: await account.renewRecoveryCodes(req.actor) }
      },
    })

    app.get('/account/sessions', {
      config,
      schema: { tags, summary: 'Your sessions', response: { 200: z.object({ sessions: z.array(SessionInfo) }) } },
      handler: async (req) => ({ sessions: await account.sessions(req.actor, req.session?.secret) }),
    })

    app.delete('/account/sessions/:id', {
      config,
      schema: {
        tags,
        summary: 'End one of your sessions',
        params: z.object({ id: SessionId }),
        response: { 204: z.null() },
      },
      handler: async (req, reply) => {
        await account.endSession(req.actor, req.params.id)
        return reply.code(204).send(null)
      },
    })

    app.delete('/account/sessions', {
      config,
      schema: { tags, summary: 'End all your sessions but this one', response: { 204: z.null() } },
      handler: async (req, reply) => {
        await account.endOtherSessions(req.actor, sessionOf(req).secret)
        return reply.code(204).send(null)
      },
    })
  }
}
