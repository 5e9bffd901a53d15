import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type createCookies, visitorOf } from './cookies.ts'
import type { SigningIn } from './service.ts'

/** A path of this server, and of no other: `//host` and `/\host` are addresses elsewhere. */
const Next = z
  .string()
  .max(2000)
  .regex(/^\/(?![/\\])[\x20-\x7e]*$/)
  .catch('/')

/** The way to a provider and back. Browsers walk it, so every end of it is a page. */
export function oidcRoutes({
  signIn: { oidc },
  cookies,
}: {
  signIn: SigningIn
  cookies: ReturnType<typeof createCookies>
}): FastifyPluginAsyncZod {
  const refusal = (reason: string, provider: string, subject?: string) =>
    `/sign-in?${new URLSearchParams({ refused: reason, provider, ...(subject ? { reference: subject } : {}) })}`

  return async (app) => {
    const tags = ['sign-in']
    const params = z.object({ id: z.string().max(40) })

    app.get('/sign-in/oidc/:id/start', {
      config: { requires: 'public' },
      schema: {
        tags,
        summary: 'Go to a provider to sign in there',
        params,
        querystring: z.object({ next: Next.default('/') }),
        response: { 302: z.null() },
      },
      handler: async (req, reply) => {
        const began = await oidc.begin(req.params.id, req.query.next, visitorOf(req))
        reply.header('cache-control', 'no-store')
        if (!began) return reply.redirect(refusal('unavailable', req.params.id))
        cookies.keepFlow(reply, began.step)
        return reply.redirect(began.url.href)
      },
    })

    app.get('/sign-in/oidc/:id/callback', {
      config: { requires: 'public' },
      schema: { tags, summary: 'Come back from a provider', params, response: { 302: z.null() } },
      handler: async (req, reply) => {
        const at = req.url.indexOf('?')
        const query = at < 0 ? '' : req.url.slice(at)
        const end = await oidc.finish(req.params.id, cookies.flowOf(req), query)
        cookies.endFlow(reply)
        reply.header('cache-control', 'no-store')
        if (end.outcome === 'refused') return reply.redirect(refusal(end.reason, req.params.id, end.subject))
        cookies.openSession(reply, end.opened)
        return reply.redirect(end.next)
      },
    })
  }
}
