import type { FastifyInstance, FastifyPluginAsync, FastifyRequest, HTTPMethods } from 'fastify'
import { inOneContext } from '../../lib/one-context.ts'
import type { Tracking } from '../../modules/tracking/index.ts'
import { mlflowBodies } from './body.ts'
import { type FailureOf, sendMlflowError } from './errors.ts'
import { mlflowExperiments } from './experiments.ts'
import { mlflowHistories } from './histories.ts'
import { mlflowMetrics } from './metrics.ts'
import { sendNotServed, sendPage } from './not-served.ts'
import { mlflowRuns } from './runs.ts'
import { mlflowServerRoutes } from './server.ts'

export type MlflowParts = {
  failureOf: FailureOf
  /**
   * Areas of the API, each with paths below `/api/2.0` such as `/mlflow/runs/get`. An area that takes other bodies than JSON
   * registers parsers of its own in a context of its own.
   */
  areas: readonly FastifyPluginAsync[]
  /** Areas at the root, such as `/get-artifact`. */
  rootAreas?: readonly FastifyPluginAsync[]
}

/** MLflow's REST API of version 2 with its errors and its rules for bodies, below `/api`; `toOnePrefix` leads there from its other prefix. Registered at the root. */
export function mlflowRoutes({ failureOf, areas, rootAreas = [] }: MlflowParts): FastifyPluginAsync {
  return async (root) => {
    await root.register(area(failureOf, areas), { prefix: '/api/2.0' })
    await root.register(async (app) => {
      speakMlflow(app, failureOf)
      const { register } = inOneContext(app)
      for (const routes of [mlflowServerRoutes, ...rootAreas]) await register(routes)
    })
  }
}

/** What MLflow serves below `/api/3.0`, registered with that prefix. */
export function mlflow3Routes({ failureOf, areas }: Pick<MlflowParts, 'failureOf' | 'areas'>): FastifyPluginAsync {
  return area(failureOf, areas)
}

/** Experiments, runs, metrics and their searches. */
export function mlflowTracking(parts: { at: (req: FastifyRequest) => Tracking }): FastifyPluginAsync {
  return async (app) => {
    const { register } = inOneContext(app)
    for (const routes of [mlflowExperiments, mlflowRuns, mlflowMetrics, mlflowHistories]) await register(routes(parts))
  }
}

function area(failureOf: FailureOf, plugins: readonly FastifyPluginAsync[]): FastifyPluginAsync {
  return async (app) => {
    speakMlflow(app, failureOf)
    app.setNotFoundHandler((req, reply) => {
      const allowed = methods.filter((method) => app.findRoute({ method, url: pathOf(req) }) !== null)
      if (allowed.length > 0 && !allowed.includes(req.method as HTTPMethods)) {
        const allow = [...allowed, ...(allowed.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort().join(', ')
        if (req.method === 'OPTIONS') return reply.code(204).header('allow', allow).send()
        return sendPage(
          reply.header('allow', allow),
          405,
          'Method Not Allowed',
          'The method is not allowed for the requested URL.',
        )
      }
      return sendNotServed(req, reply)
    })
    const { register } = inOneContext(app)
    for (const routes of plugins) await register(routes)
  }
}

function speakMlflow(app: FastifyInstance, failureOf: FailureOf) {
  mlflowBodies(app)
  app.setErrorHandler((error, req, reply) => sendMlflowError(reply, failureOf(error, req)))
}

/** MLflow serves every path below `/ajax-api` as well; both have one set of routes. */
export const toOnePrefix = (url: string) => url.replace(/^\/ajax-api(?=\/[23]\.0\/)/, '/api')

const methods: HTTPMethods[] = ['DELETE', 'GET', 'PATCH', 'POST', 'PUT']
const pathOf = (req: FastifyRequest) => req.url.split('?')[0] ?? ''
