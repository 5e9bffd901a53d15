import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Genai } from '../../modules/genai/index.ts'
import type { ScorerVersion } from '../../modules/genai/schema.ts'
import { invalidParameter } from './errors.ts'
import type { Fields } from './fields.ts'
import { mlflowRoute } from './route.ts'

const url = '/mlflow/scorers'
const largestInteger = 2_147_483_647

/** Scorers of MLflow 3, below /api/3.0. */
export function mlflowScorers({ at }: { at: (req: FastifyRequest) => Genai }): FastifyPluginAsync {
  return async (app) => {
    mlflowRoute(app, 'POST', `${url}/register`, 'tracking.write', async (req, fields) => {
      const scorer = await at(req).scorers.register(req.actor, {
        experiment_id: fields.requiredText('experiment_id'),
        name: fields.requiredText('name'),
        serialized: fields.requiredText('serialized_scorer'),
      })
      return {
        version: scorer.version,
        scorer_id: scorer.id,
        experiment_id: scorer.experiment_id,
        name: scorer.name,
        serialized_scorer: scorer.serialized,
        creation_time: scorer.created_time,
      }
    })

    mlflowRoute(app, 'GET', `${url}/list`, 'tracking.read', async (req, fields) => ({
      scorers: (await at(req).scorers.list(fields.requiredText('experiment_id'))).map(messageOf),
    }))

    mlflowRoute(app, 'GET', `${url}/versions`, 'tracking.read', async (req, fields) => {
      const experiment = fields.requiredText('experiment_id')
      return { scorers: (await at(req).scorers.versions(experiment, fields.requiredText('name'))).map(messageOf) }
    })

    mlflowRoute(app, 'GET', `${url}/get`, 'tracking.read', async (req, fields) => {
      const experiment = fields.requiredText('experiment_id')
      const scorer = await at(req).scorers.get(experiment, fields.requiredText('name'), versionIn(fields))
      return { scorer: messageOf(scorer) }
    })

    mlflowRoute(app, 'DELETE', `${url}/delete`, 'tracking.write', async (req, fields) => {
      const experiment = fields.requiredText('experiment_id')
      await at(req).scorers.remove(req.actor, experiment, fields.requiredText('name'), versionIn(fields))
      return undefined
    })
  }
}

function versionIn(fields: Fields): number | undefined {
  const version = fields.integer('version')
  if (version !== undefined && (version < 0 || version > largestInteger)) throw invalidParameter('version', version)
  return version
}

/** The message's experiment id is an integer of 32 bits, which not every id is. */
function messageOf(scorer: ScorerVersion) {
  const number = /^\d{1,10}$/.test(scorer.experiment_id) ? Number(scorer.experiment_id) : undefined
  return {
    experiment_id: number !== undefined && number <= largestInteger ? number : undefined,
    scorer_name: scorer.name,
    scorer_version: scorer.version,
    serialized_scorer: scorer.serialized,
    creation_time: scorer.created_time,
    scorer_id: scorer.id,
  }
}
