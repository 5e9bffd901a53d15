import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Names } from './report.ts'
import {
  ReportQuery,
  SectionInput,
  SectionText,
  TestInput,
  TestResult,
  Validation,
  ValidationQuery,
  ValidationTest,
} from './schema.ts'
import type { Validations } from './service.ts'

const tags = ['validation']
const params = z.object({ name: z.string(), version: z.string() })

type RouteParts = {
  at: (req: FastifyRequest) => Validations
  names: (ids: readonly string[]) => Promise<Names>
}

/** Plan and report of a validation. */
export function validationRoutes({ at, names }: RouteParts): FastifyPluginAsyncZod {
  const reads = { requires: 'review.read', model: { param: 'name' } } as const
  const writes = { requires: 'review.decide', model: { param: 'name' } } as const

  return async (app) => {
    app.get('/models/:name/versions/:version/validation', {
      config: reads,
      schema: {
        tags,
        summary: 'What a version has to stand before an environment, how it stood it, and what validators say',
        params,
        querystring: ValidationQuery,
        response: { 200: Validation },
      },
      handler: (req) => at(req).get(req.actor, req.params.name, req.params.version, req.query.environment),
    })

    app.get('/models/:name/versions/:version/validation/report', {
      config: reads,
      schema: {
        tags,
        summary: 'The report of a validation as a file, in Markdown or as a page that prints',
        params,
        querystring: ReportQuery,
      },
      handler: async (req, reply) => {
        const { format } = req.query
        const text = await at(req).report(req.actor, { ...req.params, ...req.query }, names)
        const type = format === 'html' ? 'text/html; charset=utf-8' : 'text/markdown; charset=utf-8'
        const file = `validation-${req.params.version.replaceAll(/[^\w-]/g, '_')}.${format === 'html' ? 'html' : 'md'}`
        return reply
          .type(type)
          .header('content-disposition', `attachment; filename="${file}"`)
          .serializer(String)
          .send(text)
      },
    })

    app.post('/models/:name/versions/:version/validation/tests', {
      config: writes,
      schema: {
        tags,
        summary: 'Add a test to what the policies ask for; 403 for whoever made the version',
        params,
        body: TestInput,
        response: { 200: ValidationTest },
      },
      handler: (req) => at(req).plan(req.actor, req.params.name, req.params.version, req.body),
    })

    app.post('/validation/tests/:id/result', {
      config: { requires: 'review.decide', model: 'any' },
      schema: {
        tags,
        summary: 'Say how a test went, once',
        params: z.object({ id: z.string() }),
        body: TestResult,
        response: { 200: ValidationTest },
      },
      handler: (req) => at(req).finish(req.actor, req.params.id, req.body),
    })

    app.put('/models/:name/versions/:version/validation/text', {
      config: writes,
      schema: {
        tags,
        summary: 'Write a part of the report; 409 when somebody wrote it meanwhile',
        params,
        body: SectionInput,
        response: { 200: SectionText },
      },
      handler: (req) => at(req).say(req.actor, req.params.name, req.params.version, req.body),
    })
  }
}
