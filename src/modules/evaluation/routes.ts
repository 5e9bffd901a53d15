import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { forbidden } from '../../lib/errors.ts'
import { Digest } from '../../lib/ids.ts'
import { type Permission, permits } from '../access/schema.ts'
import { VersionNumberText } from '../registry/schema.ts'
import {
  CompareQuery,
  DecisionExplanation,
  Evaluation,
  EvaluationId,
  EvaluationInput,
  Evidence,
  EvidenceId,
  EvidenceKind,
  ExplainInput,
  GuessInput,
  Protocol,
  ProtocolGuess,
  ProtocolVersion,
  Reproduction,
  ResultTable,
  VersionComparison,
} from './schema.ts'
import type { Evaluations } from './service.ts'
import { tableCsv } from './tables-csv.ts'

const tags = ['evaluation']
const Which = z.strictObject({ model: z.string().optional(), version: VersionNumberText.optional() })

/** Protocols, evaluations and evidence. `at` picks the workspace's service. */
export function evaluationRoutes({ at }: { at: (req: FastifyRequest) => Evaluations }): FastifyPluginAsyncZod {
  return async (app) => {
    const ofModel = z.object({ name: z.string() })
    const model = { param: 'name' }

    app.get('/models/:name/protocol', {
      config: { requires: 'evaluation.read', model },
      schema: { tags, summary: 'How a model is examined', params: ofModel, response: { 200: ProtocolVersion } },
      handler: (req) => at(req).protocols.get(req.params.name),
    })

    app.put('/models/:name/protocol', {
      config: { requires: 'evaluation.run', model },
      schema: {
        tags,
        summary: 'Change how a model is examined; old versions stay',
        params: ofModel,
        body: Protocol,
        response: { 200: ProtocolVersion },
      },
      handler: (req) => at(req).protocols.put(req.actor, req.params.name, req.body),
    })

    app.get('/models/:name/protocol/guess', {
      config: { requires: 'evaluation.read', model, rate: { burst: 60, perMinute: 60 } },
      schema: {
        tags,
        summary: 'A protocol as far as a dataset and the signature say it',
        params: ofModel,
        querystring: z.strictObject({ dataset: Digest, version: VersionNumberText.optional() }),
        response: { 200: ProtocolGuess },
      },
      handler: (req) => at(req).guesses.guess(req.actor, req.params.name, req.query),
    })

    app.post('/models/:name/protocol/guess', {
      config: { requires: 'evaluation.read', model, rate: { burst: 60, perMinute: 60 } },
      schema: {
        tags,
        summary: 'A protocol as far as a dataset and the signature say it; nothing is changed',
        params: ofModel,
        body: GuessInput,
        response: { 200: ProtocolGuess },
      },
      handler: (req) => at(req).guesses.guess(req.actor, req.params.name, req.body),
    })

    app.get('/models/:name/compare', {
      config: { requires: 'evaluation.read', model },
      schema: {
        tags,
        summary: 'Two versions figure by figure, with intervals, what matters first',
        params: ofModel,
        querystring: CompareQuery,
        response: { 200: VersionComparison },
      },
      handler: (req) => at(req).evidence.compare(req.params.name, req.query),
    })

    app.post('/models/:name/versions/:version/explain', {
      config: { requires: 'evaluation.read', model, rate: { burst: 200, perMinute: 600 } },
      schema: {
        tags,
        summary: 'Why one row got its prediction, and what would change it; who asked is recorded',
        params: z.object({ name: z.string(), version: VersionNumberText }),
        body: ExplainInput,
        response: { 200: DecisionExplanation },
      },
      handler: (req) => at(req).decisions.explain(req.actor, req.params.name, req.params.version, req.body),
    })

    app.post('/evaluations', {
      config: { requires: 'evaluation.run', model: { body: 'model' } },
      schema: {
        tags,
        summary: 'Have the server examine a version on a dataset',
        body: EvaluationInput,
        response: { 202: Evaluation },
      },
      handler: async (req, reply) => reply.code(202).send(await at(req).evaluations.request(req.actor, req.body)),
    })

    app.get('/evaluations', {
      config: { requires: 'evaluation.read', model: 'any' },
      schema: {
        tags,
        summary: 'Evaluations, newest first',
        querystring: Which,
        response: { 200: z.object({ evaluations: z.array(Evaluation) }) },
      },
      handler: async (req) => {
        if (req.query.model !== undefined) demand(req, 'evaluation.read', req.query.model)
        const evaluations = await at(req).evaluations.list(req.query)
        return { evaluations: evaluations.filter((one) => permits(req.actor, 'evaluation.read', one.model)) }
      },
    })

    const evaluationById = z.object({ id: EvaluationId })
    app.get('/evaluations/:id', {
      config: { requires: 'evaluation.read', model: 'any' },
      schema: { tags, summary: 'One evaluation', params: evaluationById, response: { 200: Evaluation } },
      handler: async (req) => {
        const evaluation = await at(req).evaluations.get(req.params.id)
        demand(req, 'evaluation.read', evaluation.model)
        return evaluation
      },
    })

    app.post('/evaluations/:id/cancel', {
      config: { requires: 'evaluation.run', model: 'any' },
      schema: { tags, summary: 'Stop an evaluation', params: evaluationById, response: { 200: Evaluation } },
      handler: async (req) => {
        demand(req, 'evaluation.run', (await at(req).evaluations.get(req.params.id)).model)
        return at(req).evaluations.cancel(req.actor, req.params.id)
      },
    })

    app.get('/evidence', {
      config: { requires: 'evaluation.read', model: 'any' },
      schema: {
        tags,
        summary: 'Evidence, newest first',
        querystring: Which.extend({ kind: EvidenceKind.optional() }),
        response: { 200: z.object({ evidence: z.array(Evidence) }) },
      },
      handler: async (req) => {
        if (req.query.model !== undefined) demand(req, 'evaluation.read', req.query.model)
        const found = await at(req).evidence.list(req.query)
        const visible = found.filter((one) => permits(req.actor, 'evaluation.read', one.model))
        return { evidence: visible.map(({ evidence }) => evidence) }
      },
    })

    const evidenceById = z.object({ id: EvidenceId })
    app.get('/evidence/:id', {
      config: { requires: 'evaluation.read', model: 'any' },
      schema: { tags, summary: 'One piece of evidence', params: evidenceById, response: { 200: Evidence } },
      handler: async (req) => {
        const { evidence, model } = await at(req).evidence.get(req.params.id)
        demand(req, 'evaluation.read', model)
        return evidence
      },
    })

    app.get('/evidence/:id/tables/:table', {
      config: { requires: 'evaluation.read', model: 'any' },
      schema: {
        tags,
        summary:
          'A table of a result as CSV: curves, groups, tests, thresholds, weights for training again, slices, importance …',
        params: z.object({ id: EvidenceId, table: ResultTable }),
        response: { 200: z.string() },
      },
      handler: async (req, reply) => {
        const { evidence, model } = await at(req).evidence.get(req.params.id)
        demand(req, 'evaluation.read', model)
        const { table } = req.params
        return reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="${evidence.id}-${table}.csv"`)
          .send(tableCsv(evidence, table))
      },
    })

    app.get('/evidence/:id/weights', {
      config: { requires: 'evaluation.read', model: 'any' },
      schema: {
        tags,
        summary: 'A weight for every row of a table, as CSV in its order, for sample_weight of training again',
        params: evidenceById,
        querystring: z.strictObject({
          /** One of the protocol’s protected attributes; may be left out where there is one. */
          attribute: z.string().min(1).max(500).optional(),
          /** A stored table, such as the training data; the one that the evidence rests on, if left out. */
          dataset: Digest.optional(),
        }),
      },
      handler: async (req, reply) => {
        const { evidence, model } = await at(req).evidence.get(req.params.id)
        demand(req, 'evaluation.read', model)
        demand(req, 'datasets.read', model)
        const { attribute, dataset } = req.query
        const weights = await at(req).weights.ofRows(evidence.id, {
          ...(attribute === undefined ? {} : { attribute }),
          ...(dataset === undefined ? {} : { dataset }),
        })
        return reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="${evidence.id}-weights.csv"`)
          .send(weights)
      },
    })

    app.post('/evidence/:id/reproduce', {
      config: { requires: 'evaluation.read', model: 'any', rate: { burst: 20, perMinute: 30 } },
      schema: {
        tags,
        summary: 'Compute evidence again and compare',
        params: evidenceById,
        response: { 200: Reproduction },
      },
      handler: async (req) => {
        demand(req, 'evaluation.read', (await at(req).evidence.get(req.params.id)).model)
        return at(req).evidence.reproduce(req.actor, req.params.id)
      },
    })
  }
}

/** For routes whose path does not say the model. */
function demand(req: FastifyRequest, permission: Permission, model: string): void {
  if (permits(req.actor, permission, model)) return
  throw forbidden(`this needs the permission ${permission} on the model`, { permission })
}
