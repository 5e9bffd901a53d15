import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { LiveImports } from './live.ts'
import { LiveImportInput, LiveImportState } from './schema.ts'

const tags = ['imports']
const config = { requires: 'access.write' } as const

/** What a live MLflow server has, looked at and brought over. */
export function importRoutes({ at }: { at: (req: FastifyRequest) => LiveImports }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/imports/mlflow', {
      config,
      schema: {
        tags,
        summary: 'How the last import stands, and which hosts may be asked',
        response: { 200: LiveImportState },
      },
      handler: async (req) => at(req).state(),
    })

    app.post('/imports/mlflow', {
      config,
      schema: {
        tags,
        summary: 'Look at what a live MLflow server has, or bring it over; it goes on by itself',
        body: LiveImportInput,
        response: { 202: LiveImportState },
      },
      handler: async (req, reply) => reply.code(202).send(await at(req).start(req.actor, req.body)),
    })

    app.post('/imports/mlflow/stop', {
      config,
      schema: {
        tags,
        summary: 'Stop it between two steps; what was brought stays, and the same request goes on',
        response: { 200: LiveImportState },
      },
      handler: async (req) => at(req).stop(),
    })
  }
}
