import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  Alarm,
  AnswerInput,
  Assignment,
  AssignmentId,
  AssignmentInput,
  AssignmentQuery,
  DeputyId,
  DeputyInput,
  EndInput,
  Handover,
  HandoverInput,
  Load,
  Matrix,
  MatrixQuery,
} from './schema.ts'
import type { Duties } from './service.ts'

/**
 * Duties. Whoever reads accounts may ask; who may propose, accept, stand in and hand over depends on the person and the model,
 * and is decided by the service.
 */
export function dutyRoutes({ at }: { at: (req: FastifyRequest) => Duties }): FastifyPluginAsyncZod {
  return async (app) => {
    const tags = ['duties']
    const config = { requires: 'access.read', model: 'any' } as const
    const params = z.object({ id: AssignmentId })

    app.get('/duties', {
      config,
      schema: {
        tags,
        summary: 'Models or AI systems against duties',
        querystring: MatrixQuery,
        response: { 200: Matrix },
      },
      handler: (req) => at(req).matrix(req.actor, req.query),
    })

    app.get('/duties/load', {
      config,
      schema: {
        tags,
        summary: 'How much each person answers for',
        response: { 200: z.object({ load: z.array(Load) }) },
      },
      handler: async (req) => ({ load: await at(req).load(req.actor) }),
    })

    app.get('/duties/alarms', {
      config,
      schema: {
        tags,
        summary: 'Duties that nobody answers for',
        response: { 200: z.object({ alarms: z.array(Alarm) }) },
      },
      handler: async (req) => ({ alarms: await at(req).watch.list(req.actor) }),
    })

    app.post('/duties/handover', {
      config,
      schema: {
        tags,
        summary: 'Propose every duty of one person to another',
        body: HandoverInput,
        response: { 200: Handover },
      },
      handler: (req) => at(req).handOver(req.actor, req.body),
    })

    app.get('/assignments', {
      config,
      schema: {
        tags,
        summary: 'Assignments, newest first; `person=me` for your own',
        querystring: AssignmentQuery,
        response: { 200: z.object({ assignments: z.array(Assignment) }) },
      },
      handler: async (req) => ({ assignments: await at(req).assignments.list(req.actor, req.query) }),
    })

    app.post('/assignments', {
      config,
      schema: { tags, summary: 'Propose a duty to somebody', body: AssignmentInput, response: { 200: Assignment } },
      handler: (req) => at(req).assignments.propose(req.actor, req.body),
    })

    app.get('/assignments/:id', {
      config,
      schema: { tags, summary: 'One assignment', params, response: { 200: Assignment } },
      handler: (req) => at(req).assignments.get(req.actor, req.params.id),
    })

    app.post('/assignments/:id/answer', {
      config,
      schema: {
        tags,
        summary: 'Accept or decline a duty that was proposed to you',
        params,
        body: AnswerInput,
        response: { 200: Assignment },
      },
      handler: (req) => at(req).assignments.answer(req.actor, req.params.id, req.body),
    })

    app.post('/assignments/:id/end', {
      config,
      schema: { tags, summary: 'End a duty', params, body: EndInput, response: { 200: Assignment } },
      handler: (req) => at(req).assignments.end(req.actor, req.params.id, req.body),
    })

    app.post('/assignments/:id/deputies', {
      config,
      schema: {
        tags,
        summary: 'Appoint a deputy for a while',
        params,
        body: DeputyInput,
        response: { 200: Assignment },
      },
      handler: (req) => at(req).deputies.appoint(req.actor, req.params.id, req.body),
    })

    app.post('/assignments/:id/deputies/:deputy/end', {
      config,
      schema: {
        tags,
        summary: 'End the time of a deputy',
        params: z.object({ id: AssignmentId, deputy: DeputyId }),
        response: { 200: Assignment },
      },
      handler: (req) => at(req).deputies.end(req.actor, req.params.id, req.params.deputy),
    })
  }
}
