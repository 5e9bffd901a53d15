import type { FastifyReply, FastifyRequest } from 'fastify'
import { badRequest, unauthenticated } from '../../lib/errors.ts'
import { type Opened, sessionCookie } from '../access/index.ts'
import { Permission, permits, type Session } from '../access/schema.ts'
import type { Visitor } from './local.ts'

/** What a browser holds between two steps of signing in. */
const stepCookie = 'modelkeep_step'
/** The same for a way that leads over a provider, from whose site the browser comes back. */
const flowCookie = 'modelkeep_flow'
const flowPath = '/api/v1/sign-in/oidc'
const minutes = 10

export type Cookies = ReturnType<typeof createCookies>

/** The cookies of signing in; `secure` marks them for TLS only. */
export function createCookies({ secure }: { secure: boolean }) {
  const strict = { path: '/', httpOnly: true, sameSite: 'strict', secure } as const
  const lax = { path: flowPath, httpOnly: true, sameSite: 'lax', secure } as const

  function openSession(reply: FastifyReply, { secret, expires_at }: Opened): void {
    reply.setCookie(sessionCookie, secret, { ...strict, expires: new Date(expires_at) })
    if (reply.request.cookies[stepCookie]) reply.clearCookie(stepCookie, strict)
  }

  return {
    openSession,
    endSession: (reply: FastifyReply) => reply.clearCookie(sessionCookie, strict),
    keepStep: (reply: FastifyReply, step: string) =>
      reply.setCookie(stepCookie, step, { ...strict, maxAge: minutes * 60 }),
    keepFlow: (reply: FastifyReply, step: string) =>
      reply.setCookie(flowCookie, step, { ...lax, maxAge: minutes * 60 }),
    endFlow: (reply: FastifyReply) => reply.clearCookie(flowCookie, lax),
    flowOf: (req: FastifyRequest) => req.cookies[flowCookie],
    stepOf(req: FastifyRequest): string {
      const step = req.cookies[stepCookie]
      if (!step) throw unauthenticated('too much time went by: begin with name and password')
      return step
    },
  }
}

export const visitorOf = (req: FastifyRequest): Visitor => ({
  workspace: req.workspace,
  agent: String(req.headers['user-agent'] ?? ''),
  address: req.ip,
  replaces: req.cookies[sessionCookie],
})

/** What belongs to a browser and its session is not done with a token. */
export function sessionOf(req: FastifyRequest): { secret: string } {
  if (!req.session) throw badRequest('there is no session: sign in with a browser')
  return req.session
}

export function toSession({ person, csrf, expires_at, pending }: Opened, workspace: string): Session {
  const actor = { grants: person.grants, scopes: null }
  const permissions = Permission.options.filter((each) => permits(actor, each))
  return { person, permissions, csrf, expires_at, workspace, pending }
}
