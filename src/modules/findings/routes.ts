import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  CommentInput,
  Finding,
  FindingComment,
  FindingInput,
  FindingQuery,
  FindingSheet,
  FindingUpdate,
  PlanInput,
  ReopenInput,
  ResolveInput,
  VerifyInput,
  VerifyResult,
} from './schema.ts'
import type { Findings } from './service.ts'

const tags = ['findings']
const params = z.object({ id: z.string() })

/** What is wrong, and how it ends. */
export function findingRoutes({ at }: { at: (req: FastifyRequest) => Findings }): FastifyPluginAsyncZod {
  const reads = { requires: 'review.read', model: 'any' } as const
  const writes = { requires: 'finding.write', model: 'any' } as const
  const response = { 200: Finding }

  return async (app) => {
    app.post('/findings', {
      config: { requires: 'finding.write', model: { body: 'model' } },
      schema: { tags, summary: 'Open a finding on a model or a version', body: FindingInput, response },
      handler: (req) => at(req).open(req.actor, req.body),
    })

    app.get('/findings', {
      config: reads,
      schema: {
        tags,
        summary: 'Findings, what is due first comes first; those that nobody has verified unless asked for others',
        querystring: FindingQuery,
        response: { 200: z.object({ findings: z.array(Finding) }) },
      },
      handler: async (req) => ({ findings: await at(req).list(req.actor, req.query) }),
    })

    app.get('/findings/:id', {
      config: reads,
      schema: {
        tags,
        summary: 'A finding, what was said about it, which gates it blocks, and whether the asker may verify it',
        params,
        response: { 200: FindingSheet },
      },
      handler: (req) => at(req).sheet(req.actor, req.params.id),
    })

    app.patch('/findings/:id', {
      config: writes,
      schema: {
        tags,
        summary: 'Change owner, due date, words or severity; a lower severity is for somebody other than the fixer',
        params,
        body: FindingUpdate,
        response,
      },
      handler: (req) => at(req).update(req.actor, req.params.id, req.body),
    })

    app.post('/findings/:id/plan', {
      config: writes,
      schema: { tags, summary: 'Say the cause and what will be done', params, body: PlanInput, response },
      handler: (req) => at(req).plan(req.actor, req.params.id, req.body),
    })

    app.post('/findings/:id/resolve', {
      config: writes,
      schema: { tags, summary: 'Say that it is mended, with proof', params, body: ResolveInput, response },
      handler: (req) => at(req).resolve(req.actor, req.params.id, req.body.proof),
    })

    app.post('/findings/:id/verify', {
      config: { requires: 'review.decide', model: 'any' },
      schema: {
        tags,
        summary: 'Close a resolved finding; 409 with the reasons for whoever mended or owns it',
        params,
        body: VerifyInput,
        response: { 200: VerifyResult, 409: VerifyResult },
      },
      handler: async (req, reply) => {
        const result = await at(req).verify(req.actor, req.params.id, req.body.note)
        return reply.code(result.outcome === 'refused' ? 409 : 200).send(result)
      },
    })

    app.post('/findings/:id/reopen', {
      config: writes,
      schema: { tags, summary: 'Open a resolved or closed finding again', params, body: ReopenInput, response },
      handler: (req) => at(req).reopen(req.actor, req.params.id, req.body.reason),
    })

    app.post('/findings/:id/comments', {
      config: writes,
      schema: {
        tags,
        summary: 'Say something about a finding',
        params,
        body: CommentInput,
        response: { 200: FindingComment },
      },
      handler: (req) => at(req).comment(req.actor, req.params.id, req.body.text),
    })
  }
}
