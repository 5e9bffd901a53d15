import type { IncomingMessage } from 'node:http'
import cookie from '@fastify/cookie'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { badRequest } from '../lib/errors.ts'
import { isStorableThroughout } from '../lib/text.ts'
import type { Access } from '../modules/access/index.ts'
import type { Actor } from '../modules/access/schema.ts'
import { noWorkspace } from '../modules/workspaces/index.ts'
import { firstWorkspace } from '../modules/workspaces/schema.ts'
import { sendMlflowError } from '../protocols/mlflow/errors.ts'
import { toOnePrefix } from '../protocols/mlflow/index.ts'
import { type Area, leadTo } from './area.ts'
import { failureOf, sendProblem } from './errors.ts'
import { answerHead, toRouteOfGet } from './head.ts'
import { parseJsonBodies } from './json-body.ts'
import { limitRequests } from './limits.ts'
import { refuseForeignPages } from './open.ts'
import { checkBodyPermission, checkPermission, demandPermissions } from './permission.ts'
import type { Rates } from './rate.ts'
import { authenticate } from './sign-in.ts'
import { type ClientPatience, limitSlowClients, lookEvery, usualPatience } from './slow-clients.ts'
import { refuseChange, takeWorkspaceFromQuery, workspaceIn } from './workspace.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Lets go of the workspace that the request was about. */
    leave: (() => void) | undefined
  }
}

/** Opens the workspace that a request is about, until it is released. */
type Doors = { enter(name: string): Promise<{ state: 'active' | 'archived'; release: () => void }> }

export type HttpParts = {
  access: Access
  workspaces: Doors
  log: boolean | { level: string }
  /** Behind a proxy that sets X-Forwarded-*. */
  trustProxy: boolean
  /** Requests without credentials act as the local developer. */
  open?: boolean | undefined
  /** People reach the server by https, through a proxy. */
  secure?: boolean | undefined
  patience?: ClientPatience | undefined
  /** How often who asked, counted over all areas of a server. */
  rates?: Rates
  /** Parts of the server that are made when they are first asked for. */
  areas?: readonly Area[]
  /** The server that this one is an area of. */
  within?: FastifyInstance
}

/** Fastify with everything that holds for every route: sign-in, permission, validation, errors, headers. */
export async function createServer(parts: HttpParts): Promise<FastifyInstance> {
  const { patience = usualPatience, within } = parts
  const headers = securityHeaders(parts.secure ?? false)
  const isLogged = parts.log !== false
  const app = fastify({
    ...(within ? { loggerInstance: within.log, genReqId: countedFrom('api') } : { logger: loggerOf(parts.log) }),
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: parts.trustProxy,
    bodyLimit: 64 * 1024,
    requestTimeout: 0,
    http: { connectionsCheckingInterval: lookEvery(patience) },
    // Those of Fastify itself would be loaded only to be replaced by zod.
    schemaController: { compilersFactory: { buildValidator: zodOnly, buildSerializer: zodOnly } },
    routerOptions: { maxParamLength: 2048 },
    exposeHeadRoutes: false,
    ...(within ? {} : { rewriteUrl }),
    // Addresses that cannot be read meet neither the hooks nor the error handlers below.
    frameworkErrors: (error, req, reply) => {
      reply.headers(headers)
      const send = /^\/(ajax-)?api\/[23]\.0\//.test(req.url) ? sendMlflowError : sendProblem
      return send(reply as FastifyReply, failureOf(error, req as FastifyRequest))
    },
    forceCloseConnections: true,
  }).withTypeProvider<ZodTypeProvider>()

  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  for (const area of parts.areas ?? []) await leadTo(app, area)
  answerHead(app)
  await app.register(cookie)
  parseJsonBodies(app)
  demandPermissions(app)
  limitSlowClients(app, patience)
  const demandRate = limitRequests(app, parts.rates)

  app.decorateRequest('actor', undefined as unknown as Actor)
  app.decorateRequest('session', undefined)
  app.decorateRequest('workspace', firstWorkspace)
  app.decorateRequest('leave', undefined)

  app.addHook('onRequest', async (req, reply) => {
    reply.headers(headers)
    if (parts.open) refuseForeignPages(req)
    req.workspace = workspaceIn(req)
    const { requires = 'public', server = false } = req.routeOptions.config
    // Nobody signed in yet, so nothing may depend on which workspaces there are.
    if (requires === 'public') return demandRate(req)
    const about = server ? firstWorkspace : req.workspace
    req.actor = await authenticate(parts.access, req, about, parts.open)
    if (about !== firstWorkspace && req.actor.grants.length === 0) throw noWorkspace(about)
    demandRate(req)
    const { state, release } = await parts.workspaces.enter(about)
    req.leave = release
    checkPermission(req)
    if (state === 'archived') refuseChange(req)
  })
  // Of the hooks that every request goes through, those with nothing to wait for make no promise.
  app.addHook('preValidation', (req, _reply, done) => {
    if (isStorableThroughout(req.params) && isStorableThroughout(req.query)) done()
    else done(badRequest('the address has a NUL character or half of a surrogate pair'))
  })
  app.addHook('preHandler', (req, _reply, done) => {
    checkBodyPermission(req)
    done()
  })

  app.addHook('onResponse', (req, reply, done) => {
    done()
    if (req.routeOptions.config.leads) return
    req.leave?.()
    if (!isLogged) return
    const isSecret = req.routeOptions.config.tokenIn !== undefined
    const path = isSecret ? req.routeOptions.url : req.originalUrl.split('?')[0]
    req.log.info(
      { method: req.method, path, status: reply.statusCode, ms: Math.round(reply.elapsedTime), by: req.actor?.id },
      'request',
    )
  })

  app.setErrorHandler((error, req, reply) => sendProblem(reply, failureOf(error, req)))
  return app
}

/** What a client asks for, as routes know it. */
function rewriteUrl(req: IncomingMessage): string {
  toRouteOfGet(req)
  return toOnePrefix(takeWorkspaceFromQuery(req))
}

const loggerOf = (log: HttpParts['log']) =>
  log === true
    ? { level: 'info', stream: process.stderr, redact: ['req.headers.authorization', 'req.headers.cookie'] }
    : log

function countedFrom(word: string): () => string {
  let count = 0
  return () => `${word}-${(++count).toString(36)}`
}

function zodOnly(): never {
  throw new Error('schemas are compiled by zod')
}

const policy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
]

/** On every answer. Browsers keep to https for a year where people come by it. */
const securityHeaders = (secure: boolean) => ({
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'content-security-policy': policy.join('; '),
  ...(secure ? { 'strict-transport-security': 'max-age=31536000' } : {}),
})
