import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  AnswerInput,
  AssignInput,
  AuditorRequest,
  CloseInput,
  RequestInput,
  RequestQuery,
  RequestReason,
  RequestSheet,
  ReturnInput,
} from './schema.ts'
import type { AuditorRequests } from './service.ts'

const tags = ['auditors']
const params = z.object({ id: z.string() })

/** What auditors ask for, and what they are answered. */
export function auditorRequestRoutes({ at }: { at: (req: FastifyRequest) => AuditorRequests }): FastifyPluginAsyncZod {
  const reads = { requires: 'registry.read', model: 'any' } as const
  const asks = { requires: 'audit.ask', model: 'any' } as const
  const answers = { requires: 'audit.answer', model: 'any' } as const
  const response = { 200: RequestSheet }

  return async (app) => {
    app.post('/auditor/requests', {
      config: asks,
      schema: {
        tags,
        summary: 'Ask for something from your auditor’s seat, about what lies in its scope',
        body: RequestInput,
        response: { 200: AuditorRequest },
      },
      handler: (req) => at(req).ask(req.actor, req.body),
    })

    app.get('/auditor/requests', {
      config: reads,
      schema: {
        tags,
        summary: 'Requests of your open seats; all of them for hosts; those that you are to answer for everybody else',
        querystring: RequestQuery,
        response: { 200: z.object({ requests: z.array(AuditorRequest) }) },
      },
      handler: async (req) => ({ requests: await at(req).list(req.actor, req.query) }),
    })

    app.get('/auditor/requests/:id', {
      config: reads,
      schema: { tags, summary: 'A request with every round of it, and what you may do next', params, response },
      handler: (req) => at(req).sheet(req.actor, req.params.id),
    })

    app.post('/auditor/requests/:id/answers', {
      config: answers,
      schema: {
        tags,
        summary: 'Answer, as a host or as whoever is asked; until the auditor has looked, an answer can be added to',
        params,
        body: AnswerInput,
        response,
      },
      handler: (req) => at(req).answer(req.actor, req.params.id, req.body),
    })

    app.post('/auditor/requests/:id/decline', {
      config: answers,
      schema: { tags, summary: 'Say why it will not be answered', params, body: RequestReason, response },
      handler: (req) => at(req).decline(req.actor, req.params.id, req.body),
    })

    app.put('/auditor/requests/:id/assignee', {
      config: answers,
      schema: { tags, summary: 'Name who answers, as a host', params, body: AssignInput, response },
      handler: (req) => at(req).assign(req.actor, req.params.id, req.body),
    })

    app.post('/auditor/requests/:id/return', {
      config: asks,
      schema: { tags, summary: 'Send an answer back with what is missing', params, body: ReturnInput, response },
      handler: (req) => at(req).sendBack(req.actor, req.params.id, req.body),
    })

    app.post('/auditor/requests/:id/close', {
      config: asks,
      schema: { tags, summary: 'Close it, satisfied with the answer', params, body: CloseInput, response },
      handler: (req) => at(req).close(req.actor, req.params.id, req.body),
    })

    app.post('/auditor/requests/:id/withdraw', {
      config: asks,
      schema: { tags, summary: 'Take it back', params, body: RequestReason, response },
      handler: (req) => at(req).withdraw(req.actor, req.params.id, req.body),
    })
  }
}
