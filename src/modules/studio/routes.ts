import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { PolicyPlan, PolicyText, PolicyVersion, Publication, TestResults } from '../policy/schema.ts'
import { VersionNumberText } from '../registry/schema.ts'
import { Preview, PreviewInput } from './schema.ts'
import type { Studio } from './service.ts'

/** Trying a policy text before it is in force, and putting it in force. */
export function studioRoutes({ at }: { at: (req: FastifyRequest) => Studio }): FastifyPluginAsyncZod {
  const params = z.object({ name: z.string(), version: VersionNumberText })
  const text = PolicyText.pick({ text: true })

  return async (app) => {
    app.post('/policies/preview', {
      config: { requires: 'policy.read' },
      schema: {
        tags: ['policy'],
        summary:
          'What a text says: mistakes with their lines, sentences, tests, and its answer for up to three versions',
        body: PreviewInput,
        response: { 200: Preview },
      },
      handler: (req) => at(req).preview(req.actor, req.body),
    })

    app.post('/policies/tests', {
      config: { requires: 'policy.read', model: 'any' },
      schema: {
        tags: ['policy'],
        summary: 'Run the tests of a policy text',
        body: PolicyText,
        response: { 200: TestResults },
      },
      handler: async (req) => at(req).test(req.body),
    })

    app.post('/policies/plan', {
      config: { requires: 'policy.read' },
      schema: {
        tags: ['policy'],
        summary: 'Which versions would get another answer, were this text published',
        body: text,
        response: { 200: PolicyPlan },
      },
      handler: (req) => at(req).plan(req.actor, req.body.text),
    })

    app.get('/policies/:name/versions/:version/publication', {
      config: { requires: 'policy.read', model: 'any' },
      schema: {
        tags: ['policy'],
        summary: 'The tests of a version, and what they and the plan said when it was published',
        params,
        response: { 200: Publication },
      },
      handler: (req) => at(req).publication(req.actor, req.params.name, req.params.version),
    })

    app.post('/policies/:name/versions/:version/publish', {
      config: { requires: 'policy.write' },
      schema: {
        tags: ['policy'],
        summary:
          'Publish a draft whose tests pass; it never changes again, and the former version is superseded. The results of tests and plan stay with it',
        params,
        response: { 200: PolicyVersion },
      },
      handler: (req) => at(req).publish(req.actor, req.params.name, req.params.version),
    })
  }
}
