import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Named } from './permissions.ts'
import type { ExperimentPermission } from './schema.ts'
import type { Tracking } from './service.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the experiments that a request names must permit; without it, what the route's permission says. */
    experiment?: ExperimentPermission
  }
}

const guarded = /^(tracking|artifacts|registry)\./

/**
 * Holds every route to the permissions of the experiments that its request names: their ids, the ids of their runs, and the
 * folders of their artifacts. From lists to search in, hidden experiments are taken out.
 */
export function guardExperiments(app: FastifyInstance, at: (req: FastifyRequest) => Tracking): void {
  app.addHook('preHandler', (req, _reply, done) => {
    const { requires = 'public' } = req.routeOptions.config
    if (guarded.test(requires)) hold(req, requires).then(() => done(), done)
    else done()
  })

  async function hold(req: FastifyRequest, requires: string): Promise<void> {
    const { permissions } = at(req)
    const named = namedIn(req)
    const lists = [...listsIn(req.body), ...listsIn(req.query)]
    if (lists.length > 0) {
      const hidden = new Set(await permissions.hiddenFrom(req.actor))
      for (const list of lists) list.splice(0, list.length, ...list.filter((id) => !hidden.has(id)))
    }
    if (!named.experiments?.length && !named.runs?.length && !named.paths?.length) return
    const { experiment } = req.routeOptions.config
    await permissions.demand(req.actor, experiment ?? levels[requires] ?? 'READ', named)
  }
}

const levels: Readonly<Record<string, ExperimentPermission>> = { 'tracking.write': 'EDIT', 'artifacts.write': 'EDIT' }

const runKeys = new Set(['run_id', 'run_uuid', 'run_ids', 'source_run_id'])

function namedIn(req: FastifyRequest): Required<Named> {
  const url = req.routeOptions.url ?? ''
  const params = (req.params ?? {}) as Record<string, string>
  const query = (req.query ?? {}) as Record<string, unknown>
  const named = { experiments: new Set<string>(), runs: new Set<string>() }
  collect(req.body, named, 0)
  collect(query, named, 0)
  collect(params, named, 0)
  if (params.id !== undefined && url.includes('/experiments/:id')) named.experiments.add(params.id)
  if (params.id !== undefined && url.includes('/runs/:id')) named.runs.add(params.id)
  const path = params['*'] ?? (typeof query.path === 'string' ? query.path : '')
  return {
    experiments: [...named.experiments],
    runs: [...named.runs],
    paths: url.includes('/mlflow-artifacts/') ? [path] : [],
  }
}

/** Messages of newer routes carry ids further down; the points of a batch carry none. */
function collect(value: unknown, named: { experiments: Set<string>; runs: Set<string> }, depth: number) {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value) || depth > 5) return
  if (Array.isArray(value)) {
    for (const item of value) collect(item, named, depth + 1)
    return
  }
  for (const [key, field] of Object.entries(value)) {
    const into = key === 'experiment_id' ? named.experiments : runKeys.has(key) ? named.runs : undefined
    if (!into) {
      if (key !== 'metrics') collect(field, named, depth + 1)
    } else for (const id of Array.isArray(field) ? field : [field]) if (typeof id === 'string') into.add(id)
  }
}

function listsIn(source: unknown): string[][] {
  if (typeof source !== 'object' || source === null) return []
  const { experiment_ids } = source as Record<string, unknown>
  return Array.isArray(experiment_ids) && experiment_ids.every((id) => typeof id === 'string') ? [experiment_ids] : []
}
