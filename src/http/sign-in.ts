import type { FastifyRequest } from 'fastify'
import { forbidden, unauthenticated } from '../lib/errors.ts'
import { type Access, sameText, sessionCookie } from '../modules/access/index.ts'
import type { Actor } from '../modules/access/schema.ts'

const bearer = 'Bearer '
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Finds out who a request acts for, with the roles of `workspace`: Bearer, Basic, or the session cookie with its CSRF token. On an open server a request without
 * any acts as the local developer.
 */
export async function authenticate(
  access: Access,
  req: FastifyRequest,
  workspace: string,
  open = false,
): Promise<Actor> {
  const { tokenIn } = req.routeOptions.config
  if (tokenIn !== undefined) return byPath(access, req, tokenIn, workspace)
  const { authorization } = req.headers
  if (authorization !== undefined) return byHeader(access, authorization, workspace, req.ip)

  const secret = req.cookies[sessionCookie]
  const session = secret === undefined ? undefined : await access.signIn.bySession(secret, workspace)
  if (!session && open) return access.local()
  if (!session) throw unauthenticated('sign in, or send a token')
  if (!safeMethods.has(req.method)) refuseForgery(req, session.csrf)
  if (session.pending !== null && !req.routeOptions.config.enrolment) {
    throw forbidden('a rule asks for a second factor: add one on the page Account, then go on', {
      rule: 'second_factor',
    })
  }
  req.session = session
  return session.actor
}

/** Addresses are written down in more places than headers are, so what stands in one must not open more than it is for. */
async function byPath(access: Access, req: FastifyRequest, part: string, workspace: string): Promise<Actor> {
  const { [part]: secret = '' } = req.params as Record<string, string>
  const actor = await access.signIn.byToken(secret, workspace)
  const { requires } = req.routeOptions.config
  if (actor.scopes?.every((scope) => scope === requires)) return actor
  throw forbidden(`a token in an address must be scoped for ${requires} and nothing else`, { rule: 'token_in_address' })
}

async function byHeader(access: Access, header: string, workspace: string, address: string): Promise<Actor> {
  if (header.startsWith(bearer)) return access.signIn.byToken(header.slice(bearer.length).trim(), workspace)
  const [scheme = '', credentials = ''] = header.split(/ +/, 2)
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return access.signIn.byToken(credentials, workspace)
    case 'basic': {
      const [, login = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(credentials, 'base64').toString()) ?? []
      return access.signIn.byBasic(login, password, workspace, address)
    }
    default:
      throw unauthenticated('authorization must be Bearer or Basic')
  }
}

/** A page of another site can make a browser send the cookie, but neither read the token nor set the header. */
function refuseForgery(req: FastifyRequest, csrf: string) {
  const sent = req.headers['x-csrf-token']
  if (typeof sent !== 'string' || !sameText(sent, csrf)) {
    throw forbidden('the x-csrf-token header does not match the session', { rule: 'csrf' })
  }
  const site = req.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw forbidden('requests from other sites are refused', { rule: 'csrf' })
  }
}
