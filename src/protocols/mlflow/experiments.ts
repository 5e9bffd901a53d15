import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { AppError, badRequest } from '../../lib/errors.ts'
import type { Tracking } from '../../modules/tracking/index.ts'
import type { Experiment } from '../../modules/tracking/schema.ts'
import { invalidParameter } from './errors.ts'
import type { Fields } from './fields.ts'
import { mlflowRoute, tagsIn, viewIn } from './route.ts'

const mostExperiments = 50_000
const experimentId = /^-?[a-zA-Z0-9][\w-]{0,63}$/

export function mlflowExperiments({ at }: { at: (req: FastifyRequest) => Tracking }): FastifyPluginAsync {
  return async (app) => {
    mlflowRoute(app, 'POST', '/mlflow/experiments/create', 'tracking.write', async (req, fields) => {
      const name = fields.requiredText('name')
      const experiment_id = await at(req).experiments.create(req.actor, {
        name,
        artifact_location: fields.text('artifact_location'),
        tags: tagsIn(fields),
      })
      return { experiment_id }
    })

    mlflowRoute(app, 'GET', '/mlflow/experiments/get', 'tracking.read', async (req, fields) => {
      const id = fields.requiredText('experiment_id')
      if (!/^-?\d+$/.test(id) && !experimentId.test(id)) throw invalidParameter('experiment_id', id)
      const found = await at(req)
        .experiments.get(id)
        .catch((error: unknown) => {
          // Imported experiments may have other ids than MLflow's numbers; an id of no experiment is no number to MLflow.
          const isOdd = error instanceof AppError && error.code === 'not_found' && !/^-?\d+$/.test(id)
          throw isOdd ? badRequest(`Invalid experiment ID '${id}'. Experiment ID must be a valid integer.`) : error
        })
      return { experiment: experimentOf(found) }
    })

    mlflowRoute(app, 'GET', '/mlflow/experiments/get-by-name', 'tracking.read', async (req, fields) => {
      const name = fields.requiredText('experiment_name')
      const experiment = await at(req).experiments.getByName(name)
      await at(req).permissions.demand(req.actor, 'READ', { experiments: [experiment.id] })
      return { experiment: experimentOf(experiment) }
    })

    mlflowRoute(app, ['GET', 'POST'], '/mlflow/experiments/search', 'tracking.read', async (req, fields) => {
      const { experiments, next_page_token } = await at(req).experiments.search({
        view: viewIn(fields, 'view_type'),
        filter: fields.text('filter') ?? '',
        order_by: fields.texts('order_by'),
        max_results: maxResults(fields, mostExperiments),
        page_token: fields.text('page_token'),
        hidden: await at(req).permissions.hiddenFrom(req.actor),
      })
      return { experiments: experiments.map(experimentOf), next_page_token }
    })

    mlflowRoute(app, 'POST', '/mlflow/experiments/update', 'tracking.write', async (req, fields) => {
      const id = fields.requiredText('experiment_id')
      const name = fields.requiredText('new_name')
      await at(req).experiments.rename(req.actor, id, name).catch(nameTaken)
      return undefined
    })

    mlflowRoute(
      app,
      'POST',
      '/mlflow/experiments/delete',
      'tracking.write',
      async (req, fields) => {
        await at(req).experiments.remove(req.actor, fields.requiredText('experiment_id'))
        return undefined
      },
      { experiment: 'MANAGE' },
    )

    mlflowRoute(
      app,
      'POST',
      '/mlflow/experiments/restore',
      'tracking.write',
      async (req, fields) => {
        await at(req).experiments.restore(req.actor, fields.requiredText('experiment_id'))
        return undefined
      },
      { experiment: 'MANAGE' },
    )

    mlflowRoute(app, 'POST', '/mlflow/experiments/set-experiment-tag', 'tracking.write', async (req, fields) => {
      const id = fields.requiredText('experiment_id')
      const key = fields.requiredText('key')
      await at(req).experiments.setTag(req.actor, id, key, fields.text('value') ?? '')
      return undefined
    })

    mlflowRoute(app, 'POST', '/mlflow/experiments/delete-experiment-tag', 'tracking.write', async (req, fields) => {
      const id = fields.requiredText('experiment_id')
      await at(req).experiments.deleteTag(req.actor, id, fields.requiredText('key'))
      return undefined
    })

    mlflowRoute(app, 'POST', '/mlflow/experiments/search-datasets', 'tracking.read', async (req, fields) => {
      const ids = fields.texts('experiment_ids')
      if (ids.length === 0) throw badRequest('SearchDatasets request must specify at least one experiment_id.')
      return { dataset_summaries: await at(req).experiments.datasets(ids) }
    })
  }
}

/** MLflow's server gives this code where a new name is taken, and the other one where a name is. */
function nameTaken(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== 'conflict') throw error
  throw new AppError('conflict', error.message, { ...error.detail, error_code: 'BAD_REQUEST' })
}

/** A positive number of results. MLflow's server wants it said, or takes a default where it has one. */
export function maxResults(fields: Fields, most: number, byDefault?: number): number {
  const number = fields.number('max_results')
  // A fraction is no number of results: MLflow's server then takes its default.
  const isFraction = number !== undefined && Number.isFinite(number) && !Number.isInteger(number)
  const given = (isFraction ? undefined : fields.integer('max_results')) ?? byDefault ?? 0
  if (given <= 0) {
    throw badRequest(`Invalid value ${given} for parameter 'max_results' supplied. It must be a positive integer`)
  }
  if (given > most) throw invalidParameter('max_results', given)
  return given
}

function experimentOf(experiment: Experiment) {
  const { id, name, artifact_location, lifecycle_stage, last_update_time, creation_time, tags } = experiment
  return { experiment_id: id, name, artifact_location, lifecycle_stage, last_update_time, creation_time, tags }
}
