import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { VersionNumberText } from '../registry/schema.ts'
import { conditionRoutes } from './condition-routes.ts'
import { flowRoutes } from './flow-routes.ts'
import {
  Decision,
  DecisionInput,
  DecisionResult,
  Review,
  ReviewInput,
  ReviewSheet,
  SeparationQuery,
  SeparationReport,
  SignedDecision,
  StatementInput,
  StatementOffer,
  TogetherInput,
  TogetherResult,
} from './schema.ts'
import type { Reviews } from './service.ts'
import { waiverRoutes } from './waiver-routes.ts'

const tags = ['reviews']
const byId = z.object({ id: z.string() })
const about = { model: z.string().optional(), version: VersionNumberText.optional() }

/** Asking for a review, and deciding. */
export function reviewRoutes({ at }: { at: (req: FastifyRequest) => Reviews }): FastifyPluginAsyncZod {
  const reads = { requires: 'review.read', model: 'any' } as const

  return async (app) => {
    await app.register(waiverRoutes({ at }))
    await app.register(flowRoutes({ at }))
    await app.register(conditionRoutes({ at }))

    app.post('/models/:name/versions/:version/reviews', {
      config: { requires: 'review.submit', model: { param: 'name' } },
      schema: {
        tags,
        summary: 'Ask for a review of a version for an environment',
        params: z.object({ name: z.string(), version: z.string() }),
        body: ReviewInput,
        response: { 200: Review },
      },
      handler: (req) => at(req).submit(req.actor, req.params.name, req.params.version, req.body),
    })

    app.get('/reviews', {
      config: reads,
      schema: {
        tags,
        summary: 'Reviews, newest first; the open ones unless asked for all',
        querystring: z.strictObject({ state: z.enum(['open', 'all']).default('open'), ...about }),
        response: { 200: z.object({ reviews: z.array(Review) }) },
      },
      handler: async (req) => ({ reviews: await at(req).list(req.actor, req.query) }),
    })

    app.get('/reviews/:id', {
      config: reads,
      schema: {
        tags,
        summary: 'What a decision would be about, as it is now',
        params: byId,
        response: { 200: ReviewSheet },
      },
      handler: (req) => at(req).sheet(req.actor, req.params.id),
    })

    app.post('/reviews/:id/statement', {
      config: { requires: 'review.decide', model: 'any' },
      schema: {
        tags,
        summary: 'What you would sign of a decision, and what to ask a passkey of yours for it',
        params: byId,
        body: StatementInput,
        response: { 200: StatementOffer },
      },
      handler: (req) => at(req).statement(req.actor, req.params.id, req.body),
    })

    app.post('/reviews/:id/decisions', {
      config: { requires: 'review.decide', model: 'any' },
      schema: {
        tags,
        summary: 'Approve or reject exactly what was seen; 409 with the reasons when separation of duties forbids it',
        params: byId,
        body: DecisionInput,
        response: { 200: DecisionResult, 409: DecisionResult },
      },
      handler: async (req, reply) => {
        const result = await at(req).decide(req.actor, req.params.id, req.body)
        return reply.code(result.outcome === 'refused' ? 409 : 200).send(result)
      },
    })

    app.post('/decisions', {
      config: { requires: 'review.decide', model: 'any' },
      schema: {
        tags,
        summary: 'Approve or reject several reviews of models of tier low with one reason; each has its own answer',
        body: TogetherInput,
        response: { 200: TogetherResult },
      },
      handler: (req) => at(req).together(req.actor, req.body),
    })

    app.get('/decisions', {
      config: reads,
      schema: {
        tags,
        summary: 'Decisions, newest first, and whether each still covers the content',
        querystring: z.strictObject(about),
        response: { 200: z.object({ decisions: z.array(Decision) }) },
      },
      handler: async (req) => ({ decisions: await at(req).decisions(req.actor, req.query) }),
    })

    app.get('/decisions/separation', {
      config: { ...reads, rate: { burst: 20, perMinute: 30 } },
      schema: {
        tags,
        summary: 'Every decision with the identities that were compared when it was taken',
        querystring: SeparationQuery,
        response: { 200: SeparationReport },
      },
      handler: (req) => at(req).separation(req.actor, req.query),
    })

    app.get('/decisions/:id', {
      config: reads,
      schema: {
        tags,
        summary: 'The decision file: document, digest and signature',
        params: byId,
        response: { 200: SignedDecision },
      },
      handler: (req) => at(req).decision(req.actor, req.params.id),
    })
  }
}
