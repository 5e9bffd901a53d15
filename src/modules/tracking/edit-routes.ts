import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Deletion, ExperimentId, ExperimentInput, ExperimentRow, KeyText, Run, RunId, RunsChosen } from './schema.ts'
import type { Tracking } from './service.ts'

const tags = ['tracking']
const write = { requires: 'tracking.write' } as const
/** As for MLflow's clients, deletion takes the permission to manage the experiment. */
const manage = { requires: 'tracking.write', experiment: 'MANAGE' } as const
const nothing = { 204: z.null() }

/** What people change on the pages of experiments and runs. */
export function trackingEditRoutes({ at }: { at: (req: FastifyRequest) => Tracking }): FastifyPluginAsyncZod {
  const byExperiment = z.object({ id: ExperimentId })
  const byRun = z.object({ id: RunId })
  const keyQuery = z.strictObject({ key: z.string().min(1).max(250) })

  return async (app) => {
    app.post('/experiments', {
      config: write,
      schema: { tags, summary: 'Create an experiment', body: ExperimentInput, response: { 200: ExperimentRow } },
      handler: async (req) => {
        const { experiments } = at(req)
        return experiments.getRow(await experiments.create(req.actor, req.body))
      },
    })

    app.patch('/experiments/:id', {
      config: write,
      schema: {
        tags,
        summary: 'Rename an experiment',
        params: byExperiment,
        body: ExperimentInput.pick({ name: true }),
        response: { 200: ExperimentRow },
      },
      handler: async (req) => {
        const { experiments } = at(req)
        await experiments.rename(req.actor, req.params.id, req.body.name)
        return experiments.getRow(req.params.id)
      },
    })

    app.put('/experiments/:id/tags', {
      config: write,
      schema: {
        tags,
        summary: 'Set a tag of an experiment',
        params: byExperiment,
        body: KeyText,
        response: nothing,
      },
      handler: async (req, reply) => {
        await at(req).experiments.setTag(req.actor, req.params.id, req.body.key, req.body.value)
        return reply.code(204).send(null)
      },
    })

    app.post('/experiments/:id/deletion', {
      config: manage,
      schema: {
        tags,
        summary: 'Delete an experiment and its runs; they can be restored',
        params: byExperiment,
        body: Deletion,
        response: { 200: ExperimentRow },
      },
      handler: async (req) => {
        const { experiments } = at(req)
        await experiments.remove(req.actor, req.params.id, req.body.reason)
        return experiments.getRow(req.params.id)
      },
    })

    app.post('/experiments/:id/restoration', {
      config: manage,
      schema: {
        tags,
        summary: 'Restore a deleted experiment and its runs',
        params: byExperiment,
        response: { 200: ExperimentRow },
      },
      handler: async (req) => {
        const { experiments } = at(req)
        await experiments.restore(req.actor, req.params.id)
        return experiments.getRow(req.params.id)
      },
    })

    app.patch('/runs/:id', {
      config: write,
      schema: {
        tags,
        summary: 'Rename a run',
        params: byRun,
        body: z.strictObject({ name: z.string().trim().min(1).max(500) }),
        response: { 200: Run },
      },
      handler: (req) => at(req).runs.update(req.actor, req.params.id, { name: req.body.name }),
    })

    app.put('/runs/:id/tags', {
      config: write,
      schema: { tags, summary: 'Set a tag of a run', params: byRun, body: KeyText, response: nothing },
      handler: async (req, reply) => {
        const { key, value } = req.body
        await at(req).runs.log(req.actor, { runId: req.params.id, tags: [{ key, value }] })
        return reply.code(204).send(null)
      },
    })

    app.delete('/runs/:id/tags', {
      config: write,
      schema: { tags, summary: 'Take a tag from a run', params: byRun, querystring: keyQuery, response: nothing },
      handler: async (req, reply) => {
        await at(req).runs.deleteTag(req.actor, req.params.id, req.query.key)
        return reply.code(204).send(null)
      },
    })

    app.post('/runs/deletion', {
      config: manage,
      schema: {
        tags,
        summary: 'Delete runs; they can be restored',
        body: RunsChosen.extend(Deletion.shape),
        response: { 200: z.object({ runs: z.int() }) },
      },
      handler: async (req) => {
        const { run_ids, reason } = req.body
        for (const id of run_ids) await at(req).runs.remove(req.actor, id, reason)
        return { runs: run_ids.length }
      },
    })

    app.post('/runs/restoration', {
      config: manage,
      schema: {
        tags,
        summary: 'Restore deleted runs',
        body: RunsChosen,
        response: { 200: z.object({ runs: z.int() }) },
      },
      handler: async (req) => {
        for (const id of req.body.run_ids) await at(req).runs.restore(req.actor, id)
        return { runs: req.body.run_ids.length }
      },
    })
  }
}
