import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { ArtifactRoot, Artifacts } from '../../modules/artifacts/index.ts'
import type { Tracking } from '../../modules/tracking/index.ts'
import type { LoggedModel } from '../../modules/tracking/schema.ts'
import { download, fileInfo, join, lookup, noSuchArtifact } from './artifacts.ts'
import { missingParameter } from './errors.ts'
import { maxResults } from './experiments.ts'
import { type Fields, fieldsIn } from './fields.ts'
import { mlflowRoute, tagsIn } from './route.ts'

type Parts = { at: (req: FastifyRequest) => { artifacts: Artifacts; tracking: Tracking } }

const base = '/mlflow/logged-models'
const statuses = { LOGGED_MODEL_PENDING: 1, LOGGED_MODEL_READY: 2, LOGGED_MODEL_UPLOAD_FAILED: 3 }
const mostModels = 1_000
const usualModels = 100

/** The logged models of MLflow 3: what `log_model` makes before anything is registered. */
export function mlflowLoggedModels({ at }: Parts): FastifyPluginAsync {
  const models = (req: FastifyRequest) => at(req).tracking.models

  return async (app) => {
    mlflowRoute(app, 'POST', base, 'tracking.write', async (req, fields) => {
      const model = await models(req).create(req.actor, {
        experiment_id: fields.requiredText('experiment_id'),
        name: fields.text('name'),
        model_type: fields.text('model_type'),
        source_run_id: fields.text('source_run_id'),
        params: fields.list('params', keyValue),
        tags: tagsIn(fields),
      })
      return { model: messageOf(model) }
    })

    mlflowRoute(app, 'POST', `${base}/search`, 'tracking.read', async (req, fields) => {
      const experiment_ids = fields.texts('experiment_ids')
      if (experiment_ids.length === 0) throw missingParameter('experiment_ids')
      const { models: found, next_page_token } = await models(req).search({
        experiment_ids,
        filter: fields.text('filter') ?? '',
        datasets: fields.list('datasets', (dataset) => ({
          name: dataset.requiredText('dataset_name'),
          digest: dataset.text('dataset_digest') || undefined,
        })),
        order_by: fields.list('order_by', orderIn),
        max_results: maxResults(fields, mostModels, usualModels),
        page_token: fields.text('page_token'),
      })
      return { models: found.map(messageOf), next_page_token }
    })

    mlflowRoute(app, 'GET', `${base}/:id`, 'tracking.read', async (req) => ({
      model: messageOf(await models(req).get(idOf(req))),
    }))

    mlflowRoute(app, 'PATCH', `${base}/:id`, 'tracking.write', async (req, fields) => {
      fields.requiredText('model_id')
      const status = fields.choice('status', statuses)
      if (status === undefined) throw missingParameter('status')
      return { model: messageOf(await models(req).finalise(req.actor, idOf(req), status)) }
    })

    mlflowRoute(app, 'DELETE', `${base}/:id`, 'tracking.write', async (req) => {
      await models(req).remove(req.actor, idOf(req))
      return undefined
    })

    mlflowRoute(app, 'POST', `${base}/:id/params`, 'tracking.write', async (req, fields) => {
      fields.requiredText('model_id')
      await models(req).logParams(req.actor, idOf(req), fields.list('params', keyValue))
      return undefined
    })

    mlflowRoute(app, 'PATCH', `${base}/:id/tags`, 'tracking.write', async (req, fields) => {
      await models(req).setTags(req.actor, idOf(req), tagsIn(fields))
      return undefined
    })

    mlflowRoute(app, 'DELETE', `${base}/:id/tags/:key`, 'tracking.write', async (req) => {
      await models(req).deleteTag(req.actor, idOf(req), (req.params as { key: string }).key)
      return undefined
    })

    mlflowRoute(app, 'GET', `${base}/:id/artifacts/directories`, 'artifacts.read', async (req, fields) => {
      const root = await rootOf(req)
      const folder = lookup(fields.text('artifact_directory_path') ?? '')
      const entries = await root.list(folder)
      return { root_uri: root.uri, files: entries.map((entry) => fileInfo(entry, join(folder, entry.name))) }
    })

    app.get(`${base}/:id/artifacts/files`, {
      config: { requires: 'artifacts.read' },
      handler: async (req, reply) => {
        const path = lookup(fieldsIn(req).requiredText('artifact_file_path'))
        return download(req, reply, await rootOf(req), path, noSuchArtifact)
      },
    })
  }

  async function rootOf(req: FastifyRequest): Promise<ArtifactRoot> {
    return at(req).artifacts.at((await models(req).get(idOf(req))).artifact_uri)
  }
}

const idOf = (req: FastifyRequest): string => (req.params as { id: string }).id

const keyValue = (fields: Fields) => ({ key: fields.requiredText('key'), value: fields.text('value') ?? '' })

function orderIn(fields: Fields) {
  const name = fields.text('dataset_name')
  const digest = fields.text('dataset_digest') || undefined
  return {
    field: fields.requiredText('field_name'),
    ascending: fields.raw('ascending') !== false,
    dataset: name ? { name, digest } : undefined,
  }
}

function messageOf(model: LoggedModel) {
  return {
    info: {
      model_id: model.id,
      experiment_id: model.experiment_id,
      name: model.name,
      creation_timestamp_ms: model.created_at,
      last_updated_timestamp_ms: model.updated_at,
      artifact_uri: model.artifact_uri,
      status: model.status,
      model_type: model.model_type,
      source_run_id: model.source_run_id,
      tags: model.tags,
    },
    data: {
      params: model.params,
      metrics: model.metrics.map((metric) => ({ ...metric, model_id: model.id })),
    },
  }
}
