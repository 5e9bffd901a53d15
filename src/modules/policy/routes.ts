import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { once } from '../../lib/once.ts'
import { VersionNumberText } from '../registry/schema.ts'
import { PolicyText, PolicyVersion, StarterPolicy } from './schema.ts'
import type { Policies } from './service.ts'
import { starterGallery } from './starters.ts'
import { policyJsonSchema } from './text.ts'

/** They are files of the program, so they are read once. */
const gallery = once(starterGallery)

/** The rules that the gate applies. */
export function policyRoutes({ at }: { at: (req: FastifyRequest) => Policies }): FastifyPluginAsyncZod {
  const params = z.object({ name: z.string(), version: VersionNumberText })

  return async (app) => {
    app.get('/policies', {
      config: { requires: 'policy.read', model: 'any' },
      schema: {
        tags: ['policy'],
        summary: 'The newest version of every policy, and the published one',
        response: { 200: z.object({ policies: z.array(PolicyVersion) }) },
      },
      handler: async (req) => ({ policies: await at(req).list() }),
    })

    app.get('/policies/schema.json', {
      config: { requires: 'public' },
      schema: {
        tags: ['policy'],
        summary: 'JSON Schema of a policy document',
        response: { 200: z.record(z.string(), z.unknown()) },
      },
      handler: async () => policyJsonSchema(),
    })

    app.get('/policies/starters', {
      config: { requires: 'policy.read', model: 'any' },
      schema: {
        tags: ['policy'],
        summary: 'Policies to start from, by kind of organisation',
        response: { 200: z.object({ starters: z.array(StarterPolicy) }) },
      },
      handler: async () => ({ starters: await gallery() }),
    })

    app.get('/policies/:name/versions/:version', {
      config: { requires: 'policy.read', model: 'any' },
      schema: { tags: ['policy'], summary: 'One version', params, response: { 200: PolicyVersion } },
      handler: (req) => at(req).get(req.params.name, req.params.version),
    })

    app.post('/policies', {
      config: { requires: 'policy.write' },
      schema: {
        tags: ['policy'],
        summary: 'Save a text as a draft; mistakes are named with their lines',
        body: PolicyText,
        response: { 200: PolicyVersion },
      },
      handler: (req) => at(req).draft(req.actor, req.body),
    })
  }
}
