import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Tracking } from '../../modules/tracking/index.ts'
import type { Run, RunInput } from '../../modules/tracking/schema.ts'
import { answer } from './answer.ts'
import { missingParameter } from './errors.ts'
import { maxResults } from './experiments.ts'
import type { Fields } from './fields.ts'
import { mlflowListRoute } from './list.ts'
import { mlflowRoute, tagsIn, viewIn } from './route.ts'

const statuses = { RUNNING: 1, SCHEDULED: 2, FINISHED: 3, FAILED: 4, KILLED: 5 }
const mostRuns = 50_000

export function mlflowRuns({ at }: { at: (req: FastifyRequest) => Tracking }): FastifyPluginAsync {
  return async (app) => {
    mlflowRoute(app, 'POST', '/mlflow/runs/create', 'tracking.write', async (req, fields) => {
      const run = await at(req).runs.create(req.actor, {
        experiment_id: fields.requiredText('experiment_id'),
        name: fields.text('run_name'),
        user: fields.text('user_id'),
        start_time: fields.integer('start_time'),
        tags: tagsIn(fields),
      })
      const { info, data } = runOf(run)
      return { run: { info, data, inputs: {} } }
    })

    mlflowRoute(app, 'GET', '/mlflow/runs/get', 'tracking.read', async (req, fields) => ({
      run: runOf(await at(req).runs.get(runIdIn(fields))),
    }))

    mlflowRoute(app, 'POST', '/mlflow/runs/update', 'tracking.write', async (req, fields) => {
      const run = await at(req).runs.update(req.actor, runIdIn(fields), {
        status: fields.choice('status', statuses),
        end_time: fields.integer('end_time'),
        name: fields.text('run_name'),
      })
      return { run_info: runOf(run).info }
    })

    mlflowRoute(
      app,
      'POST',
      '/mlflow/runs/delete',
      'tracking.write',
      async (req, fields) => {
        await at(req).runs.remove(req.actor, fields.requiredText('run_id'))
        return undefined
      },
      { experiment: 'MANAGE' },
    )

    mlflowRoute(
      app,
      'POST',
      '/mlflow/runs/restore',
      'tracking.write',
      async (req, fields) => {
        await at(req).runs.restore(req.actor, fields.requiredText('run_id'))
        return undefined
      },
      { experiment: 'MANAGE' },
    )

    mlflowRoute(app, 'POST', '/mlflow/runs/delete-tag', 'tracking.write', async (req, fields) => {
      const id = fields.requiredText('run_id')
      await at(req).runs.deleteTag(req.actor, id, fields.requiredText('key'))
      return undefined
    })

    mlflowRoute(app, 'POST', '/mlflow/runs/log-inputs', 'tracking.write', async (req, fields) => {
      const id = fields.requiredText('run_id')
      const models = fields.list('models', modelIn)
      await at(req).runs.logInputs(req.actor, id, fields.list('datasets', inputIn))
      if (models.length > 0) await at(req).models.link(req.actor, id, 'input', models)
      return undefined
    })

    mlflowRoute(app, 'POST', '/mlflow/runs/outputs', 'tracking.write', async (req, fields) => {
      const id = fields.requiredText('run_id')
      await at(req).models.link(req.actor, id, 'output', fields.list('models', modelIn))
      return undefined
    })

    mlflowRoute(app, 'POST', '/mlflow/runs/log-model', 'tracking.write', async (req, fields) => {
      const id = fields.requiredText('run_id')
      await at(req).runs.logModel(req.actor, id, fields.requiredText('model_json'))
      return undefined
    })

    mlflowListRoute(app, 'POST', '/mlflow/runs/search', 'tracking.read', async (req, fields) => {
      const { ids, next_page_token } = await at(req).runs.searchIds({
        experiment_ids: fields.texts('experiment_ids'),
        view: viewIn(fields, 'run_view_type'),
        filter: fields.text('filter') ?? '',
        order_by: fields.texts('order_by'),
        max_results: maxResults(fields, mostRuns, 1_000),
        page_token: fields.text('page_token'),
      })
      return { name: 'runs', batches: textsOf(at(req).runs.read(ids)), rest: () => ({ next_page_token }) }
    })
  }
}

/** Old clients say `run_uuid`, and Python says both. */
export function runIdIn(fields: Fields): string {
  const id = fields.text('run_id') || fields.text('run_uuid')
  if (!id) throw missingParameter('run_id')
  return id
}

async function* textsOf(batches: AsyncIterable<readonly Run[]>) {
  for await (const runs of batches) yield runs.map((run) => JSON.stringify(answer(runOf(run))))
}

const modelIn = (fields: Fields) => ({
  model_id: fields.requiredText('model_id'),
  step: fields.integer('step') ?? 0,
})

function inputIn(fields: Fields): RunInput {
  const dataset = fields.message('dataset')
  return {
    name: dataset?.text('name') ?? '',
    digest: dataset?.text('digest') ?? '',
    source_type: dataset?.text('source_type') ?? '',
    source: dataset?.text('source') ?? '',
    schema: dataset?.text('schema') ?? null,
    profile: dataset?.text('profile') ?? null,
    tags: tagsIn(fields),
  }
}

function runOf(run: Run) {
  return {
    info: {
      run_uuid: run.id,
      experiment_id: run.experiment_id,
      run_name: run.name,
      user_id: run.user,
      status: run.status,
      start_time: run.start_time,
      end_time: run.end_time,
      artifact_uri: run.artifact_uri,
      lifecycle_stage: run.lifecycle_stage,
      run_id: run.id,
    },
    data: {
      metrics: run.metrics.map(({ key, value, timestamp, step }) => ({ key, value, timestamp, step })),
      params: run.params,
      tags: run.tags,
    },
    inputs: {
      dataset_inputs: run.inputs.map(({ tags, ...dataset }) => ({ tags, dataset })),
      model_inputs: run.model_inputs.map(({ model_id }) => ({ model_id })),
    },
    outputs: { model_outputs: run.outputs.map(({ model_id, step }) => ({ model_id, step })) },
  }
}
