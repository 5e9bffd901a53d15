import type { FastifyPluginAsync, FastifyReply } from 'fastify'

/** The MLflow release whose API is spoken; clients compare it with their own. */
export const mlflowVersion = '3.11.1'

/** Served at the root: what clients ask before anything else. */
export const mlflowServerRoutes: FastifyPluginAsync = async (app) => {
  app.get('/health', { config: { requires: 'public' } }, (_req, reply) => text(reply, 'OK'))
  app.get('/version', { config: { requires: 'public' } }, (_req, reply) => text(reply, mlflowVersion))
}

const text = (reply: FastifyReply, content: string) =>
  reply.type('text/html; charset=utf-8').serializer(String).send(content)
