import type { FastifyPluginAsync, FastifyReply } from 'fastify'

/** The MLflow release whose API is spoken; clients compare it with their own. */
export const mlflowVersion = '3.11.1'

/** Served at the root: what clients ask before anything else. */
export const mlflowServerRoutes: FastifyPluginAsync = async (app) => {
  app.get('/health', { config: { requires: 'public' } }, (_req, reply) => text(reply, 'OK'))
  app.get('/version', { config: { requires: 'public' } }, (_req, reply) => text(reply, mlflowVersion))
}

/** Below /api/3.0/mlflow. */
export const mlflowServerInfo: FastifyPluginAsync = async (app) => {
  app.get('/mlflow/server-info', { config: { requires: 'public' } }, async () => ({
    store_type: 'SqlStore',
    workspaces_enabled: false,
  }))
  for (const path of ['/mlflow/workspaces', '/mlflow/workspaces/:workspace_name']) {
    app.get(path, { config: { requires: 'signed-in' } }, (_req, reply) =>
      text(reply.code(503), 'This server keeps its workspaces apart by the x-modelkeep-workspace header.'),
    )
  }
}

const text = (reply: FastifyReply, content: string) =>
  reply.type('text/html; charset=utf-8').serializer(String).send(content)
