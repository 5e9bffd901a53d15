import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { badRequest, notFound } from '../../lib/errors.ts'
import { type Artifacts, pathOfUri, sendFile, toLookupPath } from '../artifacts/index.ts'
import type { Tracking } from '../tracking/index.ts'
import { RunId } from '../tracking/schema.ts'
import { VersionSummary } from './schema.ts'
import type { Registry } from './service.ts'

type Parts = {
  at: (req: FastifyRequest) => { registry: Registry; tracking: Tracking; artifacts: Artifacts }
}

const RunFile = z.object({ path: z.string(), is_dir: z.boolean(), size: z.int().nullable() })

/** What became of a run: its files, and the versions that were registered from it. */
export function runRoutes({ at }: Parts): FastifyPluginAsyncZod {
  const params = z.object({ id: RunId })

  return async (app) => {
    app.get('/runs/:id/artifacts', {
      config: { requires: 'artifacts.read' },
      schema: {
        tags: ['tracking'],
        summary: 'Files of a run, one folder at a time',
        params,
        querystring: z.strictObject({ path: z.string().default('') }),
        response: { 200: z.object({ files: z.array(RunFile) }) },
      },
      handler: async (req) => {
        const run = await at(req).tracking.runs.get(req.params.id)
        const folder = toLookupPath(req.query.path)
        if (folder === undefined) throw badRequest('the path is not a path below the run')
        const { artifacts } = at(req)
        // The page of a run has more to show than files that are elsewhere.
        const isHere =
          pathOfUri(run.artifact_uri) !== undefined || artifacts.direct.find(run.artifact_uri) !== undefined
        const entries = isHere ? await artifacts.at(run.artifact_uri).list(folder) : []
        return { files: entries.map(({ name, is_dir, size }) => ({ path: join(folder, name), is_dir, size })) }
      },
    })

    app.get('/runs/:id/files', {
      config: { requires: 'artifacts.read' },
      schema: {
        tags: ['tracking'],
        summary: 'One file of a run, whole or in ranges',
        params,
        querystring: z.strictObject({ path: z.string().min(1) }),
      },
      handler: async (req, reply) => {
        const run = await at(req).tracking.runs.get(req.params.id)
        const path = toLookupPath(req.query.path)
        const root = pathOfUri(run.artifact_uri)
        if (path === undefined) throw badRequest('the path is not a path below the run')
        const file = root === undefined ? undefined : await at(req).artifacts.find(join(root, path))
        if (!file) throw notFound('file', req.query.path)
        const name = path.slice(path.lastIndexOf('/') + 1)
        return sendFile(req, reply, at(req).artifacts.blobs, { ...file, name })
      },
    })

    app.get('/runs/:id/versions', {
      config: { requires: 'registry.read', model: 'any' },
      schema: {
        tags: ['tracking'],
        summary: 'Versions that were registered from a run',
        params,
        response: { 200: z.object({ versions: z.array(VersionSummary) }) },
      },
      handler: async (req) => ({ versions: await at(req).registry.versionsOfRun(req.actor, req.params.id) }),
    })
  }
}

const join = (folder: string, name: string) => [folder, name].filter((part) => part !== '').join('/')
