import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { badRequest } from '../../lib/errors.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { exactNumber, type Genai } from '../../modules/genai/index.ts'
import type { EvaluationDataset, EvaluationRecord, RecordContent, Tag } from '../../modules/genai/schema.ts'
import { readPageToken, writePageToken } from '../../modules/tracking/index.ts'
import { parseJsonText } from './body.ts'
import { missingParameter } from './errors.ts'
import { maxResults } from './experiments.ts'
import type { Fields } from './fields.ts'
import { mlflowRoute } from './route.ts'
import { pathIn } from './trace-assessments.ts'

const url = '/mlflow/datasets'
const mostPerPage = 50_000
const sourceTypes = ['SOURCE_TYPE_UNSPECIFIED', 'TRACE', 'HUMAN', 'DOCUMENT', 'CODE', 'EXPECTATIONS']

/** Evaluation datasets of MLflow 3, below /api/3.0. Tags and records travel as JSON inside of texts. */
export function mlflowEvaluationDatasets({ at }: { at: (req: FastifyRequest) => Genai }): FastifyPluginAsync {
  const datasets = (req: FastifyRequest) => at(req).datasets

  return async (app) => {
    mlflowRoute(app, 'POST', `${url}/create`, 'tracking.write', async (req, fields) => ({
      dataset: messageOf(
        await datasets(req).create(req.actor, {
          name: fields.requiredText('name'),
          tags: tagsIn(fields.text('tags')),
          experiments: [...new Set(fields.texts('experiment_ids'))],
        }),
      ),
    }))

    mlflowRoute(app, ['GET', 'POST'], `${url}/search`, 'tracking.read', async (req, fields) => {
      const found = await datasets(req).search(req.actor, {
        experiment_ids: fields.texts('experiment_ids'),
        filter: fields.text('filter_string') ?? '',
        order_by: fields.texts('order_by'),
        max_results: maxResults(fields, mostPerPage, 1000),
        page_token: fields.text('page_token'),
      })
      return { datasets: found.datasets.map(messageOf), next_page_token: found.next_page_token }
    })

    mlflowRoute(app, 'GET', `${url}/:dataset_id`, 'tracking.read', async (req) => ({
      dataset: messageOf(await datasets(req).get(req.actor, pathIn(req, 'dataset_id'))),
    }))

    mlflowRoute(app, 'DELETE', `${url}/:dataset_id`, 'tracking.write', async (req) => {
      await datasets(req).remove(req.actor, pathIn(req, 'dataset_id'))
      return undefined
    })

    mlflowRoute(app, 'PATCH', `${url}/:dataset_id/tags`, 'tracking.write', async (req, fields) => {
      const tags = tagsIn(fields.requiredText('tags'))
      return { dataset: messageOf(await datasets(req).setTags(req.actor, pathIn(req, 'dataset_id'), tags)) }
    })

    mlflowRoute(app, 'DELETE', `${url}/:dataset_id/tags/:key`, 'tracking.write', async (req) => {
      await datasets(req).deleteTag(req.actor, pathIn(req, 'dataset_id'), pathIn(req, 'key'))
      return undefined
    })

    mlflowRoute(app, 'POST', `${url}/:dataset_id/records`, 'tracking.write', async (req, fields) => {
      const records = recordsIn(fields.requiredText('records'))
      const { inserted, updated } = await datasets(req).upsert(req.actor, pathIn(req, 'dataset_id'), records)
      return { inserted_count: inserted, updated_count: updated }
    })

    mlflowRoute(app, 'GET', `${url}/:dataset_id/records`, 'tracking.read', async (req, fields) => {
      const limit = maxResults(fields, mostPerPage, 1000)
      const place = readPageToken(fields.text('page_token'), () => 2)
      const after = place && { created_time: Number(place.v[0]), id: String(place.v[1]) }
      const found = await datasets(req).records(req.actor, pathIn(req, 'dataset_id'), limit + 1, after)
      const page = found.slice(0, limit)
      const last = page.at(-1)
      return {
        records: JSON.stringify(page.map(recordOf)),
        next_page_token:
          found.length > limit && last ? writePageToken({ s: 0, v: [last.created_time, last.id] }) : undefined,
      }
    })

    mlflowRoute(app, 'DELETE', `${url}/:dataset_id/records`, 'tracking.write', async (req, fields) => {
      const ids = fields.texts('dataset_record_ids')
      return { deleted_count: await datasets(req).removeRecords(req.actor, pathIn(req, 'dataset_id'), ids) }
    })

    mlflowRoute(app, 'GET', `${url}/:dataset_id/experiment-ids`, 'tracking.read', async (req) => ({
      experiment_ids: (await datasets(req).get(req.actor, pathIn(req, 'dataset_id'))).experiments,
    }))

    mlflowRoute(app, 'POST', `${url}/:dataset_id/add-experiments`, 'tracking.write', async (req, fields) => {
      const ids = fields.texts('experiment_ids')
      return { dataset: messageOf(await datasets(req).addTo(req.actor, datasetIn(req, fields), ids)) }
    })

    mlflowRoute(app, 'POST', `${url}/:dataset_id/remove-experiments`, 'tracking.write', async (req, fields) => {
      const ids = fields.texts('experiment_ids')
      return { dataset: messageOf(await datasets(req).removeFrom(req.actor, datasetIn(req, fields), ids)) }
    })
  }
}

/** Some releases of the Python client leave the placeholder in the path and name the dataset in the body. */
const datasetIn = (req: FastifyRequest, fields: Fields) => fields.text('dataset_id') || pathIn(req, 'dataset_id')

function messageOf(dataset: EvaluationDataset) {
  const { id, tags, experiments, shape, records, created_by, last_updated_by, ...rest } = dataset
  const user = tags.find(({ key }) => key === 'mlflow.user')?.value
  return {
    dataset_id: id,
    ...rest,
    tags: tags.length > 0 ? JSON.stringify(Object.fromEntries(tags.map(({ key, value }) => [key, value]))) : undefined,
    schema: Object.keys(shape).length > 0 ? JSON.stringify({ ...shape, version: '1.0' }) : undefined,
    profile: records > 0 ? JSON.stringify({ num_records: records }) : undefined,
    created_by: user ?? created_by,
    last_updated_by: user ?? last_updated_by,
    experiment_ids: experiments,
  }
}

function recordOf(record: EvaluationRecord) {
  const { id, content, created_by, last_updated_by, ...rest } = record
  const { source_type, source_data } = content.source ?? {}
  const user = content.tags?.['mlflow.user']
  return {
    dataset_record_id: id,
    ...rest,
    ...content,
    source_type: source_type ?? null,
    source_id: source_data?.trace_id ?? source_data?.source_id ?? null,
    created_by: typeof user === 'string' ? user : created_by,
    last_updated_by: typeof user === 'string' ? user : last_updated_by,
  }
}

function tagsIn(text: string | undefined): Tag[] {
  if (text === undefined || text === '') return []
  const map = parseJsonText(text, 'tags')
  if (!isObject(map)) throw badRequest("Parameter 'tags' must be a JSON object of texts.")
  return Object.entries(map).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }))
}

function recordsIn(text: string): RecordContent[] {
  const list = parseJsonText(text, 'records', exactNumber)
  if (!Array.isArray(list)) throw badRequest("Parameter 'records' must be a JSON list of records.")
  return list.map((record: Json, index) => {
    if (!isObject(record)) throw badRequest(`Record ${index} is not a JSON object.`)
    const { inputs, outputs, expectations, tags, source } = record
    if (inputs === undefined || inputs === null) throw missingParameter(`records[${index}].inputs`)
    if (!isObject(inputs)) throw badRequest(`The inputs of record ${index} must be a JSON object.`)
    return {
      inputs,
      ...(outputs === undefined ? {} : { outputs }),
      ...part('expectations', expectations, index),
      ...part('tags', tags, index),
      ...(source === undefined || source === null ? {} : { source: sourceIn(source, index) }),
    }
  })
}

function part<K extends 'expectations' | 'tags'>(key: K, value: Json | undefined, index: number) {
  if (value === undefined || value === null) return {}
  if (!isObject(value)) throw badRequest(`The ${key} of record ${index} must be a JSON object.`)
  return { [key]: value }
}

function sourceIn(source: Json, index: number): { source_type: string; source_data: JsonObject } {
  const { source_type, source_data = {} } = isObject(source) ? source : {}
  if (typeof source_type !== 'string' || !sourceTypes.includes(source_type.toUpperCase())) {
    throw badRequest(
      `Invalid dataset record source type in record ${index}. Valid source types: [${sourceTypes.map((name) => `'${name}'`).join(', ')}]`,
    )
  }
  if (!isObject(source_data)) throw badRequest(`The source data of record ${index} must be a JSON object.`)
  return { source_type: source_type.toUpperCase(), source_data }
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
