import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Genai } from '../../modules/genai/index.ts'
import type { Issue } from '../../modules/genai/schema.ts'
import { invalidParameter, missingParameter } from './errors.ts'
import { maxResults } from './experiments.ts'
import type { Fields } from './fields.ts'
import { mlflowRoute } from './route.ts'
import { pathIn } from './trace-assessments.ts'

const url = '/mlflow/issues'

/** Issues found in traces, of MLflow 3, below /api/3.0. */
export function mlflowIssues({ at }: { at: (req: FastifyRequest) => Genai }): FastifyPluginAsync {
  return async (app) => {
    mlflowRoute(app, 'POST', url, 'tracking.write', async (req, fields) => {
      const issue = await at(req).issues.create(req.actor, {
        experiment_id: fields.requiredText('experiment_id'),
        run_id: fields.text('run_id') || null,
        name: fields.requiredText('name'),
        status: fields.text('status') || 'pending',
        content: contentIn(fields),
      })
      return { issue: messageOf(issue) }
    })

    mlflowRoute(app, 'POST', `${url}/search`, 'tracking.read', async (req, fields) => {
      const { issues, next_page_token } = await at(req).issues.search(req.actor, {
        experiment_id: fields.text('experiment_id') || undefined,
        run_id: fields.text('run_id') || undefined,
        status: fields.text('status') || undefined,
        filter: fields.text('filter_string') ?? '',
        limit: maxResults(fields, 1000, 100),
        page_token: fields.text('page_token'),
      })
      return { issues: issues.map(messageOf), next_page_token }
    })

    mlflowRoute(app, 'GET', `${url}/:issue_id`, 'tracking.read', async (req) => ({
      issue: messageOf(await at(req).issues.get(req.actor, pathIn(req, 'issue_id'))),
    }))

    mlflowRoute(app, 'PATCH', `${url}/:issue_id`, 'tracking.write', async (req, fields) => {
      const issue = await at(req).issues.update(req.actor, pathIn(req, 'issue_id'), {
        name: fields.text('name'),
        status: fields.text('status'),
        description: fields.text('description'),
      })
      return { issue: messageOf(issue) }
    })
  }
}

function contentIn(fields: Fields) {
  const frequency = fields.number('frequency')
  if (frequency === undefined) throw missingParameter('frequency')
  if (!(frequency >= 0 && frequency <= 1)) throw invalidParameter('frequency', fields.raw('frequency'))
  return {
    description: fields.requiredText('description'),
    frequency,
    root_cause: fields.text('root_cause'),
    confidence: fields.text('confidence'),
    rationale_examples: fields.text('rationale_examples'),
    example_trace_ids: fields.text('example_trace_ids'),
    created_by: fields.text('created_by'),
  }
}

const messageOf = ({ id, content, created_time, last_update_time, ...rest }: Issue) => ({
  issue_id: id,
  ...rest,
  ...content,
  created_timestamp: created_time,
  last_updated_timestamp: last_update_time,
})
