import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Access, Opened } from '../access/index.ts'
import { SignInInput } from '../access/schema.ts'
import { type createCookies, sessionOf, toSession, visitorOf } from './cookies.ts'
import {
  CeremonyOptions,
  PasskeySignInInput,
  SecondFactorInput,
  SignedIn,
  SignInAnswer,
  SignInDoors,
} from './schema.ts'
import type { SigningIn } from './service.ts'

export type SignInRouteParts = {
  access: Access
  signIn: SigningIn
  cookies: ReturnType<typeof createCookies>
  /** Whether the set-up page has not been finished. */
  awaitsSetUp: () => Promise<boolean>
}

/** The doors of the server, and the way out. */
export function signInRoutes({ access, signIn, cookies, awaitsSetUp }: SignInRouteParts): FastifyPluginAsyncZod {
  const { local, oidc } = signIn

  function signedIn(req: FastifyRequest, reply: FastifyReply, opened: Opened): SignedIn {
    cookies.openSession(reply, opened)
    return { outcome: 'signed_in', ...toSession(opened, req.workspace) }
  }

  return async (app) => {
    const tags = ['sign-in']

    app.get('/sign-in', {
      config: { requires: 'public' },
      schema: { tags, summary: 'The ways to sign in', response: { 200: SignInDoors } },
      handler: async () => ({
        providers: oidc.doors,
        passkeys: signIn.passkeysOffered,
        set_up: await awaitsSetUp(),
      }),
    })

    app.post('/session', {
      config: { requires: 'public', rate: { burst: 100, perMinute: 120 } },
      schema: {
        tags,
        summary: 'Sign in with name and password; the answer may ask for a second factor',
        body: SignInInput,
        response: { 200: SignInAnswer },
      },
      handler: async (req, reply) => {
        const answer = await local.byPassword(req.body.login, req.body.password, visitorOf(req))
        if (answer.outcome === 'signed_in') return signedIn(req, reply, answer.opened)
        cookies.keepStep(reply, answer.step)
        return { outcome: answer.outcome, methods: answer.methods, expires_at: answer.expires_at }
      },
    })

    app.post('/session/second-factor/options', {
      config: { requires: 'public' },
      schema: { tags, summary: 'A challenge for a passkey as second factor', response: { 200: CeremonyOptions } },
      handler: async (req) => ({ options: { ...(await local.secondFactorOptions(cookies.stepOf(req))) } }),
    })

    app.post('/session/second-factor', {
      config: { requires: 'public' },
      schema: { tags, summary: 'Give the second factor', body: SecondFactorInput, response: { 200: SignedIn } },
      handler: async (req, reply) =>
        signedIn(req, reply, await local.bySecondFactor(cookies.stepOf(req), req.body, req.workspace)),
    })

    app.post('/session/passkey/options', {
      config: { requires: 'public' },
      schema: { tags, summary: 'A challenge for a passkey alone', response: { 200: CeremonyOptions } },
      handler: async (req, reply) => {
        const { options, step } = await local.passkeyOptions(visitorOf(req))
        cookies.keepStep(reply, step)
        return { options: { ...options } }
      },
    })

    app.post('/session/passkey', {
      config: { requires: 'public' },
      schema: { tags, summary: 'Sign in with a passkey alone', body: PasskeySignInInput, response: { 200: SignedIn } },
      handler: async (req, reply) =>
        signedIn(req, reply, await local.byPasskey(cookies.stepOf(req), req.body.credential, req.workspace)),
    })

    app.delete('/session', {
      config: { requires: 'signed-in', enrolment: true },
      schema: {
        tags,
        summary: 'Sign out; a provider that ends its session, too, is named',
        response: { 200: z.object({ continue_at: z.url() }), 204: z.null() },
      },
      handler: async (req, reply) => {
        const { secret } = sessionOf(req)
        const provider = req.session?.provider
        await access.signIn.signOut(req.actor, secret)
        cookies.endSession(reply)
        const continue_at = provider ? await oidc.signOutUrl(provider) : undefined
        return continue_at ? reply.code(200).send({ continue_at }) : reply.code(204).send(null)
      },
    })
  }
}
