import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Deployment, DeploymentInput, Environment, EnvironmentInput, EnvironmentName } from './schema.ts'
import type { Registry } from './service.ts'

/** Environments with the mode of their gate, and what runs in them. */
export function environmentRoutes({ at }: { at: (req: FastifyRequest) => Registry }): FastifyPluginAsyncZod {
  const tags = ['registry']

  return async (app) => {
    app.get('/environments', {
      config: { requires: 'registry.read', model: 'any' },
      schema: {
        tags,
        summary: 'Where versions can run',
        response: { 200: z.object({ environments: z.array(Environment) }) },
      },
      handler: async (req) => ({ environments: await at(req).environments.environments() }),
    })

    app.put('/environments/:name', {
      config: { requires: 'environment.write' },
      schema: {
        tags,
        summary: 'Set the mode and the protected aliases of an environment',
        params: z.object({ name: EnvironmentName }),
        body: EnvironmentInput,
        response: { 200: Environment },
      },
      handler: (req) => at(req).environments.setEnvironment(req.actor, req.params.name, req.body),
    })

    app.get('/deployments', {
      config: { requires: 'registry.read', model: 'any' },
      schema: {
        tags,
        summary: 'What runs where and what ran, newest first',
        querystring: z.strictObject({ model: z.string().optional(), environment: z.string().optional() }),
        response: { 200: z.object({ deployments: z.array(Deployment) }) },
      },
      handler: async (req) => ({
        deployments: await at(req).environments.deployments(at(req).visible(req.actor), req.query),
      }),
    })

    app.post('/deployments', {
      config: { requires: 'deployment.report', model: { body: 'model' } },
      schema: {
        tags,
        summary: 'Report that a version runs; ends the report before it',
        body: DeploymentInput,
        response: { 200: Deployment },
      },
      handler: (req) => at(req).environments.report(req.actor, req.body),
    })
  }
}
