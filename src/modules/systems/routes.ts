import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { ModelName } from '../registry/schema.ts'
import { RetireInput, System, SystemDetail, SystemInput, SystemName, SystemQuery, SystemUpdate } from './schema.ts'
import type { Systems } from './service.ts'

/** AI systems. Whoever may see a model may see the systems that it serves. */
export function systemRoutes({ at }: { at: (req: FastifyRequest) => Systems }): FastifyPluginAsyncZod {
  return async (app) => {
    const tags = ['systems']
    const reads = { requires: 'registry.read', model: 'any' } as const
    const writes = { requires: 'registry.write' } as const
    const params = z.object({ name: SystemName })
    const withModel = params.extend({ model: ModelName })

    app.get('/systems', {
      config: reads,
      schema: {
        tags,
        summary: 'AI systems, by name',
        querystring: SystemQuery,
        response: { 200: z.object({ systems: z.array(System) }) },
      },
      handler: async (req) => ({ systems: await at(req).list(req.actor, req.query) }),
    })

    app.post('/systems', {
      config: writes,
      schema: { tags, summary: 'Register an AI system', body: SystemInput, response: { 200: System } },
      handler: (req) => at(req).create(req.actor, req.body),
    })

    app.get('/systems/:name', {
      config: reads,
      schema: {
        tags,
        summary: 'One AI system, with the versions that serve it',
        params,
        response: { 200: SystemDetail },
      },
      handler: (req) => at(req).detail(req.actor, req.params.name),
    })

    app.patch('/systems/:name', {
      config: writes,
      schema: {
        tags,
        summary: 'Change what is known of an AI system',
        params,
        body: SystemUpdate,
        response: { 200: System },
      },
      handler: (req) => at(req).update(req.actor, req.params.name, req.body),
    })

    app.put('/systems/:name/models/:model', {
      config: writes,
      schema: { tags, summary: 'Say that a model serves the system', params: withModel, response: { 200: System } },
      handler: (req) => at(req).addModel(req.actor, req.params.name, req.params.model),
    })

    app.delete('/systems/:name/models/:model', {
      config: writes,
      schema: {
        tags,
        summary: 'Say that a model serves the system no longer',
        params: withModel,
        response: { 200: System },
      },
      handler: (req) => at(req).removeModel(req.actor, req.params.name, req.params.model),
    })

    app.post('/systems/:name/retire', {
      config: writes,
      schema: {
        tags,
        summary: 'Take an AI system out of use; 409 while one of its models is deployed',
        params,
        body: RetireInput,
        response: { 200: System },
      },
      handler: (req) => at(req).retire(req.actor, req.params.name, req.body.reason),
    })
  }
}
