import type { FastifyPluginAsync } from 'fastify'

/** No logged models are kept. Python's client asks for them before every listing of artifacts and is content with none. */
export const mlflowLoggedModels: FastifyPluginAsync = async (app) => {
  app.post('/mlflow/logged-models/search', { config: { requires: 'tracking.read' }, handler: async () => ({}) })
}
