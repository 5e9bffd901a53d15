import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  ChallengeInput,
  ChallengeQuery,
  ChallengeResult,
  ChallengeSheet,
  DifferencesQuery,
  SignedChallenge,
  VersionDifferences,
} from './schema.ts'
import type { Challenges } from './service.ts'

const tags = ['evaluation']
const ofModel = z.object({ name: z.string() })
const reads = { requires: 'evaluation.read', model: { param: 'name' } } as const

/** Champion and challenger: what a comparison ends in. */
export function challengeRoutes({ at }: { at: (req: FastifyRequest) => Challenges }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/models/:name/challenge', {
      config: reads,
      schema: {
        tags,
        summary:
          'The version of an alias against a challenger: the comparison’s digest, its evidence, and what stands against promoting',
        params: ofModel,
        querystring: ChallengeQuery,
        response: { 200: ChallengeSheet },
      },
      handler: (req) => at(req).sheet(req.actor, req.params.name, req.query),
    })

    app.get('/models/:name/differences', {
      config: { requires: 'review.read', model: { param: 'name' } },
      schema: {
        tags,
        summary:
          'What differs between two versions beside the figures: requirements of an environment, content, parameters, words',
        params: ofModel,
        querystring: DifferencesQuery,
        response: { 200: VersionDifferences },
      },
      handler: (req) => at(req).differences(req.actor, req.params.name, req.query),
    })

    app.post('/models/:name/challenges', {
      config: { requires: 'review.decide', model: { param: 'name' } },
      schema: {
        tags,
        summary:
          'Decide about a challenger; to promote it moves the alias through the gate in the same write; 409 when it may not',
        params: ofModel,
        body: ChallengeInput,
        response: { 200: ChallengeResult, 409: ChallengeResult },
      },
      handler: async (req, reply) => {
        const result = await at(req).decide(req.actor, req.params.name, req.body)
        return reply.code(result.outcome === 'refused' ? 409 : 200).send(result)
      },
    })

    app.get('/models/:name/challenges', {
      config: reads,
      schema: {
        tags,
        summary: 'How comparisons with a challenger ended, newest first',
        params: ofModel,
        response: { 200: z.object({ challenges: z.array(SignedChallenge) }) },
      },
      handler: async (req) => ({ challenges: await at(req).list(req.params.name) }),
    })

    app.get('/challenges/:id', {
      config: { requires: 'evaluation.read', model: 'any' },
      schema: {
        tags,
        summary: 'One signed decision about a challenger',
        params: z.object({ id: z.string() }),
        response: { 200: SignedChallenge },
      },
      handler: (req) => at(req).find(req.actor, req.params.id),
    })
  }
}
