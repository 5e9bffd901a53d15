import type { Actor, Permission } from './schema.ts'

/** What a route takes: bytes of a body that is held in memory, or of one that flows into the vault. */
export type BodyLimit = number | { readonly streamed: number }

/** Where a route finds the model that a model-scoped role must be held on. */
export type ModelScope = { param: string } | { body: string } | { query: string } | 'any'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route says what it takes; a route that does not stops the server at start-up. */
    requires?: Permission | 'signed-in' | 'public'
    /** `any`: a role on any model opens the route, and the handler filters by `modelsOf`. */
    model?: ModelScope
    /** The route belongs to the server: its permission is held in `main`, whichever workspace the request names. */
    server?: boolean
    /** The route is open to a session that must add a second factor first. */
    enrolment?: boolean
    /** The most that a body may have, where the permission does not say it well. */
    body?: BodyLimit
    /** The part of the path that names the workspace, for callers that send no headers. */
    workspaceIn?: string
    /**
     * The part of the path that is a token, for callers that send no headers. It may do what the route requires and
     * nothing else, and the path is not logged.
     */
    tokenIn?: string
    /** So many requests at once and then so many a minute, for each account, or each address where nobody signs in. */
    rate?: { readonly burst: number; readonly perMinute: number }
  }
  interface FastifyRequest {
    /** Who the request acts for. Only read it on routes that are not public. */
    actor: Actor
    /** The session's secret and CSRF token, when a browser session carries the request. */
    session:
      | {
          secret: string
          csrf: string
          expires_at: string
          pending: 'second_factor' | null
          provider: string | null
        }
      | undefined
    /** Name of the workspace that the request is about. */
    workspace: string
  }
}
