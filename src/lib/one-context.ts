import type { FastifyInstance, FastifyPluginAsync } from 'fastify'

/**
 * Adds groups of routes to the context of `app`. Fastify would make a context of its own for each group, which costs more time
 * at start-up than the routes themselves; a group with hooks or parsers of its own registers a context for them.
 */
export function inOneContext(app: FastifyInstance) {
  return { register: async (routes: FastifyPluginAsync) => routes(app, {}) }
}
