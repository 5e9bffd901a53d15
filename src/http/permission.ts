import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { forbidden } from '../lib/errors.ts'
import type { ModelScope } from '../modules/access/index.ts'
import { modelsOf, type Permission, permits } from '../modules/access/schema.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route of the server as it was declared, so that tests reach the new ones by themselves. */
    declaredRoutes: RouteOptions[]
  }
}

/** A route that does not say what it takes stops the server at start-up. */
export function demandPermissions(app: FastifyInstance) {
  const routes: RouteOptions[] = []
  app.decorate('declaredRoutes', routes)
  app.addHook('onRoute', (route: RouteOptions) => {
    if (route.config?.requires === undefined) {
      throw new Error(`route ${route.method} ${route.url} does not declare config.requires`)
    }
    routes.push(route)
  })
}

/** Before the body is read: everything that the path and the query decide. Whoever may do it nowhere sends no body. */
export function checkPermission(req: FastifyRequest) {
  const { requires, model } = req.routeOptions.config
  if (requires === undefined || requires === 'public' || requires === 'signed-in') return
  demand(req, requires, typeof model === 'object' && 'body' in model ? 'any' : model)
}

/** After the body is read: routes whose model stands in the body. */
export function checkBodyPermission(req: FastifyRequest) {
  const { requires, model } = req.routeOptions.config
  if (requires === undefined || requires === 'public' || requires === 'signed-in') return
  if (typeof model === 'object' && 'body' in model) demand(req, requires, model)
}

function demand(req: FastifyRequest, permission: Permission, scope: ModelScope | undefined) {
  if (scope === 'any' && modelsOf(req.actor, permission).length > 0) return
  if (permits(req.actor, permission, modelIn(req, scope))) return
  const narrowed = req.actor.scopes && !req.actor.scopes.includes(permission)
  const { lapsed } = req.actor
  if (lapsed !== undefined && !narrowed) {
    throw forbidden(`your auditor’s seat ended at ${lapsed}; an administrator can open another`, {
      permission,
      rule: 'seat-ended',
      ended_at: lapsed,
    })
  }
  throw forbidden(
    narrowed
      ? `this token is not scoped for ${permission}; make one that is`
      : `this needs the permission ${permission}; an administrator can give a role that has it`,
    { permission },
  )
}

function modelIn(req: FastifyRequest, scope: ModelScope | undefined): string | undefined {
  if (scope === undefined || scope === 'any') return undefined
  const [source, key] =
    'param' in scope ? [req.params, scope.param] : 'body' in scope ? [req.body, scope.body] : [req.query, scope.query]
  const value = typeof source === 'object' && source !== null ? (source as Record<string, unknown>)[key] : undefined
  return typeof value === 'string' ? value : undefined
}
