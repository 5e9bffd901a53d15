import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { EnvironmentName } from '../registry/schema.ts'
import { CallersQuery, Explanation, ExplanationQuery, GateCaller } from './explain-schema.ts'
import {
  DsseEnvelope,
  GateQuestion,
  GateReport,
  GateReportQuery,
  Revocation,
  RevocationInput,
  Standing,
  Verdict,
  VerdictQuery,
} from './schema.ts'
import type { Gate } from './service.ts'

const tags = ['gate']

/** What pipelines ask before they deploy. */
export function gateRoutes({ at }: { at: (req: FastifyRequest) => Gate }): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/gate/checks', {
      config: { requires: 'gate.check', model: { body: 'model' } },
      schema: {
        tags,
        summary: 'May this version run in this environment now? The answer is signed',
        body: GateQuestion,
        response: { 200: Verdict },
      },
      // A verdict is made in this form and kept so; looking at a hundred requirements again takes as long as judging them.
      serializerCompiler: () => JSON.stringify,
      handler: (req) => at(req).ask(req.actor, req.body),
    })

    app.get('/gate/verdicts', {
      config: { requires: 'registry.read', model: 'any' },
      schema: {
        tags,
        summary: 'Verdicts, newest first',
        querystring: VerdictQuery,
        response: { 200: z.object({ verdicts: z.array(Verdict) }) },
      },
      handler: async (req) => ({ verdicts: await at(req).verdicts(req.actor, req.query) }),
    })

    app.get('/gate/verdicts/:id', {
      config: { requires: 'registry.read', model: 'any' },
      schema: { tags, summary: 'One verdict', params: z.object({ id: z.string() }), response: { 200: Verdict } },
      handler: (req) => at(req).verdict(req.actor, req.params.id),
    })

    app.get('/gate/revocations', {
      config: { requires: 'signed-in' },
      schema: {
        tags,
        summary: 'The signed list of verdicts that are revoked and whose time is not over',
        response: { 200: DsseEnvelope },
      },
      handler: async (req) => DsseEnvelope.parse(await at(req).revocations.list()),
    })

    app.post('/gate/revocations', {
      config: { requires: 'review.decide', model: 'any' },
      schema: {
        tags,
        summary: 'Revoke a verdict, or all that let a version run or rest on a decision',
        body: RevocationInput,
        response: { 200: z.object({ revoked: z.array(Revocation) }) },
      },
      handler: async (req) => ({ revoked: await at(req).revocations.revoke(req.actor, req.body) }),
    })

    app.get('/gate/report', {
      config: { requires: 'registry.read', model: 'any' },
      schema: {
        tags,
        summary: 'What environments that observe or warn would have stopped, had they enforced',
        querystring: GateReportQuery,
        response: { 200: GateReport },
      },
      handler: (req) => at(req).report(req.actor, req.query),
    })

    app.get('/models/:name/versions/:version/explanation', {
      config: { requires: 'registry.read', model: { param: 'name' } },
      schema: {
        tags,
        summary:
          'The answer as a tree down to facts, also with requirements assumed or at a moment to come; nothing is issued',
        params: z.object({ name: z.string(), version: z.string() }),
        querystring: ExplanationQuery,
        response: { 200: Explanation },
      },
      handler: (req) => at(req).explanation(req.actor, req.params.name, req.params.version, req.query),
    })

    app.get('/models/:name/gate/callers', {
      config: { requires: 'registry.read', model: { param: 'name' } },
      schema: {
        tags,
        summary: 'Who asked the gate about a model, how often, and what they were told last',
        params: z.object({ name: z.string() }),
        querystring: CallersQuery,
        response: { 200: z.object({ callers: z.array(GateCaller) }) },
      },
      handler: async (req) => ({ callers: await at(req).callers(req.params.name, req.query) }),
    })

    app.get('/models/:name/versions/:version/standing', {
      config: { requires: 'registry.read', model: { param: 'name' } },
      schema: {
        tags,
        summary: 'Where a version stands before an environment, without asking the gate',
        params: z.object({ name: z.string(), version: z.string() }),
        querystring: z.strictObject({ environment: EnvironmentName.optional() }),
        response: { 200: Standing },
      },
      handler: (req) => at(req).standing(req.actor, req.params.name, req.params.version, req.query.environment),
    })
  }
}
