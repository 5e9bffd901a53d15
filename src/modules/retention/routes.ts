import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { inOneContext } from '../../lib/one-context.ts'
import {
  Collection,
  CollectionId,
  DeletedThings,
  Hold,
  HoldId,
  HoldInput,
  LiftInput,
  Preview,
  Purge,
  PurgeAnswer,
  PurgeId,
  PurgeInput,
  PurgeSummary,
  Rule,
  RuleChange,
  RuleId,
  RuleInput,
  RuleStateInput,
  Storage,
  StorageInput,
} from './schema.ts'
import type { Retention } from './service.ts'

const tags = ['retention']
const reads = { requires: 'retention.read' } as const
const writes = { requires: 'retention.write' } as const

/** Removal for good, retention rules, holds, and the storage behind them. */
export function retentionRoutes({ at }: { at: (req: FastifyRequest) => Retention }): FastifyPluginAsyncZod {
  return async (app) => {
    const { register } = inOneContext(app)
    for (const routes of [purgeRoutes, ruleRoutes, holdRoutes, storageRoutes]) await register(routes(at))
  }
}

type At = (req: FastifyRequest) => Retention

const purgeRoutes =
  (at: At): FastifyPluginAsyncZod =>
  async (app) => {
    const byId = z.object({ id: PurgeId })
    app.post('/purges', {
      config: writes,
      schema: {
        tags,
        summary:
          'Remove what is deleted for good, or see what would go; 409 with the holders when something rests on it',
        body: PurgeInput,
        response: { 200: PurgeAnswer, 202: PurgeAnswer, 409: PurgeAnswer },
      },
      handler: async (req, reply) => {
        const answer = await at(req).purges.request(req.actor, req.body)
        const status = { preview: 200, started: 202, refused: 409 } as const
        return reply.code(status[answer.outcome]).send(answer)
      },
    })
    app.get('/purges', {
      config: reads,
      schema: {
        tags,
        summary: 'Purges by hand and by rule, newest first',
        querystring: z.strictObject({
          rule: RuleId.optional(),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
        response: { 200: z.object({ purges: z.array(PurgeSummary) }) },
      },
      handler: async (req) => ({ purges: await at(req).purges.list(req.query) }),
    })
    app.get('/purges/:id', {
      config: reads,
      schema: {
        tags,
        summary: 'One purge: how far it is, what went and what stayed',
        params: byId,
        response: { 200: Purge },
      },
      handler: (req) => at(req).purges.get(req.params.id),
    })
    app.post('/purges/:id/cancel', {
      config: writes,
      schema: { tags, summary: 'Stop a purge; what is gone stays gone', params: byId, response: { 200: Purge } },
      handler: (req) => at(req).purges.cancel(req.actor, req.params.id),
    })
    app.get('/deleted', {
      config: reads,
      schema: { tags, summary: 'What is deleted and can still be restored', response: { 200: DeletedThings } },
      handler: (req) => at(req).deleted(),
    })
  }

const ruleRoutes =
  (at: At): FastifyPluginAsyncZod =>
  async (app) => {
    const byId = z.object({ id: RuleId })
    app.get('/retention/rules', {
      config: reads,
      schema: { tags, summary: 'The retention rules', response: { 200: z.object({ rules: z.array(Rule) }) } },
      handler: async (req) => ({ rules: await at(req).rules.list() }),
    })
    app.post('/retention/rules', {
      config: writes,
      schema: {
        tags,
        summary: 'Write a rule; it does nothing until it is enabled',
        body: RuleInput,
        response: { 201: Rule },
      },
      handler: async (req, reply) => reply.code(201).send(await at(req).rules.create(req.actor, req.body)),
    })
    app.post('/retention/preview', {
      config: reads,
      schema: { tags, summary: 'What a rule would remove now', body: RuleInput, response: { 200: Preview } },
      handler: (req) => at(req).rules.preview(req.body),
    })
    app.get('/retention/rules/:id', {
      config: reads,
      schema: {
        tags,
        summary: 'A rule and its versions, newest first',
        params: byId,
        response: { 200: z.object({ rule: Rule, versions: z.array(Rule) }) },
      },
      handler: async (req) => ({
        rule: await at(req).rules.get(req.params.id),
        versions: await at(req).rules.history(req.params.id),
      }),
    })
    app.put('/retention/rules/:id', {
      config: writes,
      schema: {
        tags,
        summary: 'Change a rule; what it says now must be enabled again',
        params: byId,
        body: RuleChange,
        response: { 200: Rule },
      },
      handler: (req) => at(req).rules.change(req.actor, req.params.id, req.body),
    })
    app.put('/retention/rules/:id/state', {
      config: writes,
      schema: {
        tags,
        summary: 'Enable, disable or remove a rule',
        params: byId,
        body: RuleStateInput,
        response: { 200: Rule },
      },
      handler: (req) => at(req).rules.setState(req.actor, req.params.id, req.body.state, req.body.version),
    })
    app.post('/retention/rules/:id/executions', {
      config: writes,
      schema: { tags, summary: 'Carry an enabled rule out now', params: byId, response: { 202: Purge } },
      handler: async (req, reply) => reply.code(202).send(await at(req).rules.execute(req.actor, req.params.id)),
    })
  }

const holdRoutes =
  (at: At): FastifyPluginAsyncZod =>
  async (app) => {
    app.get('/holds', {
      config: reads,
      schema: {
        tags,
        summary: 'Holds that stand; with lifted=true also those that were lifted',
        querystring: z.strictObject({ lifted: z.stringbool().default(false) }),
        response: { 200: z.object({ holds: z.array(Hold) }) },
      },
      handler: async (req) => ({ holds: await at(req).holds.list(req.query) }),
    })
    app.post('/holds', {
      config: writes,
      schema: {
        tags,
        summary: 'Keep an experiment, a run or a model from being removed for good',
        body: HoldInput,
        response: { 201: Hold },
      },
      handler: async (req, reply) => reply.code(201).send(await at(req).holds.place(req.actor, req.body)),
    })
    app.post('/holds/:id/lift', {
      config: writes,
      schema: {
        tags,
        summary: 'Lift a hold',
        params: z.object({ id: HoldId }),
        body: LiftInput,
        response: { 200: Hold },
      },
      handler: (req) => at(req).holds.lift(req.actor, req.params.id, req.body.reason),
    })
  }

const storageRoutes =
  (at: At): FastifyPluginAsyncZod =>
  async (app) => {
    app.get('/storage', {
      config: reads,
      schema: { tags, summary: 'What the bytes are kept for, and what could be freed', response: { 200: Storage } },
      handler: (req) => at(req).storage.show(),
    })
    app.put('/storage', {
      config: writes,
      schema: {
        tags,
        summary: 'How long bytes stay after nothing refers to them',
        body: StorageInput,
        response: { 200: Storage },
      },
      handler: (req) => at(req).storage.configure(req.actor, req.body.grace_days),
    })
    app.get('/storage/collections', {
      config: reads,
      schema: {
        tags,
        summary: 'Collections of bytes, newest first',
        response: { 200: z.object({ collections: z.array(Collection) }) },
      },
      handler: async (req) => ({ collections: await at(req).storage.list() }),
    })
    app.post('/storage/collections', {
      config: writes,
      schema: {
        tags,
        summary: 'Look for bytes that nothing refers to, and free those whose time is over',
        response: { 202: Collection },
      },
      handler: async (req, reply) => reply.code(202).send(await at(req).storage.collect(req.actor)),
    })
    app.get('/storage/collections/:id', {
      config: reads,
      schema: {
        tags,
        summary: 'One collection',
        params: z.object({ id: CollectionId }),
        response: { 200: Collection },
      },
      handler: (req) => at(req).storage.get(req.params.id),
    })
    app.post('/storage/collections/:id/cancel', {
      config: writes,
      schema: {
        tags,
        summary: 'Stop a collection',
        params: z.object({ id: CollectionId }),
        response: { 200: Collection },
      },
      handler: (req) => at(req).storage.cancel(req.actor, req.params.id),
    })
  }
