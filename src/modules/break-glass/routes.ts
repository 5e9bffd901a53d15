import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { EnvironmentName } from '../registry/schema.ts'
import {
  BreakGlass,
  BreakGlassInput,
  BreakGlassQuery,
  BreakGlassReason,
  BreakGlassResult,
  BreakGlassRules,
  BreakGlassRulesInput,
} from './schema.ts'
import type { BreakGlasses } from './service.ts'

const tags = ['gate']
const byId = z.object({ id: z.string() })

/** Running for some hours what the gate denies, by two people. */
export function breakGlassRoutes({ at }: { at: (req: FastifyRequest) => BreakGlasses }): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/break-glass', {
      config: { requires: 'review.submit', model: { body: 'model' } },
      schema: {
        tags,
        summary:
          'Ask to run for some hours what the gate denies; a second person has to confirm; 409 for a service account',
        body: BreakGlassInput,
        response: { 200: BreakGlassResult, 409: BreakGlassResult },
      },
      handler: async (req, reply) => {
        const result = await at(req).request(req.actor, req.body)
        return reply.code(result.outcome === 'refused' ? 409 : 200).send(result)
      },
    })

    app.post('/break-glass/:id/confirmation', {
      config: { requires: 'review.decide', model: 'any' },
      schema: {
        tags,
        summary: 'Confirm a request, as somebody who neither asked nor made the version; opens a finding',
        params: byId,
        body: BreakGlassReason,
        response: { 200: BreakGlassResult, 409: BreakGlassResult },
      },
      handler: async (req, reply) => {
        const result = await at(req).confirm(req.actor, req.params.id, req.body)
        return reply.code(result.outcome === 'refused' ? 409 : 200).send(result)
      },
    })

    app.post('/break-glass/:id/end', {
      config: { requires: 'review.read', model: 'any' },
      schema: {
        tags,
        summary: 'Take a request back, or end what runs before its time',
        params: byId,
        body: BreakGlassReason,
        response: { 200: BreakGlass },
      },
      handler: (req) => at(req).end(req.actor, req.params.id, req.body),
    })

    app.get('/break-glass', {
      config: { requires: 'registry.read', model: 'any' },
      schema: {
        tags,
        summary: 'What waits for a second person, runs, or was not reviewed; newest first',
        querystring: BreakGlassQuery,
        response: { 200: z.object({ break_glass: z.array(BreakGlass) }) },
      },
      handler: async (req) => ({ break_glass: await at(req).list(req.actor, req.query) }),
    })

    app.get('/break-glass/:id', {
      config: { requires: 'registry.read', model: 'any' },
      schema: { tags, summary: 'One break-glass', params: byId, response: { 200: BreakGlass } },
      handler: (req) => at(req).find(req.actor, req.params.id),
    })

    app.get('/break-glass/rules', {
      config: { requires: 'registry.read', model: 'any' },
      schema: {
        tags,
        summary: 'How many hours the glass of each environment may be broken for',
        response: { 200: z.object({ rules: z.array(BreakGlassRules) }) },
      },
      handler: async (req) => ({ rules: await at(req).rules() }),
    })

    app.put('/environments/:name/break-glass', {
      config: { requires: 'environment.write' },
      schema: {
        tags,
        summary: 'Set how many hours the glass of an environment may be broken for; 0 for never',
        params: z.object({ name: EnvironmentName }),
        body: BreakGlassRulesInput,
        response: { 200: BreakGlassRules },
      },
      handler: (req) => at(req).setRules(req.actor, req.params.name, req.body),
    })
  }
}
