import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { badRequest } from '../../lib/errors.ts'
import {
  type Artifacts,
  announcedDigest,
  pathOfUri,
  rawBodies,
  sendFile,
  streamOf,
  toArtifactPath,
  toLookupPath,
} from '../../modules/artifacts/index.ts'
import type { ArtifactEntry } from '../../modules/artifacts/schema.ts'
import type { Tracking } from '../../modules/tracking/index.ts'
import { answer } from './answer.ts'
import { doesNotExist, missingParameter } from './errors.ts'
import { type Fields, fieldsIn } from './fields.ts'

type Parts = { at: (req: FastifyRequest) => { artifacts: Artifacts; tracking: Tracking } }

const invalidPath = () => badRequest('Invalid path')

/** Files through the server: MLflow's `mlflow-artifacts` proxy, and the listing of a run. */
export function mlflowArtifacts({ at }: Parts): FastifyPluginAsync {
  return async (app) => {
    app.get('/mlflow-artifacts/artifacts', {
      config: { requires: 'artifacts.read' },
      handler: async (req) => {
        const folder = lookup(fieldsIn(req).text('path') ?? '')
        return answer({ files: (await at(req).artifacts.list(folder)).map((entry) => fileInfo(entry, entry.name)) })
      },
    })

    app.route({
      method: ['GET', 'HEAD'],
      url: '/mlflow-artifacts/artifacts/*',
      exposeHeadRoute: false,
      config: { requires: 'artifacts.read' },
      handler: (req, reply) => {
        const path = wildcard(req)
        return download(req, reply, at(req).artifacts, lookup(path), downloadFailed)
      },
    })

    app.delete('/mlflow-artifacts/artifacts/*', {
      config: { requires: 'artifacts.write' },
      handler: async (req) => {
        const path = lookup(wildcard(req))
        if (path === '') throw invalidPath()
        await at(req).artifacts.remove(req.actor, path)
        return {}
      },
    })

    await app.register(async (raw) => {
      rawBodies(raw)
      raw.put('/mlflow-artifacts/artifacts/*', {
        config: { requires: 'artifacts.write', rawBody: true },
        handler: async (req) => {
          const path = toArtifactPath(wildcard(req))
          if (path === undefined) throw invalidPath()
          const expect = announcedDigest(req.headers['content-digest'])
          await at(req).artifacts.upload(req.actor, path, streamOf(req), { expect })
          return {}
        },
      })
    })

    app.get('/mlflow/artifacts/list', {
      config: { requires: 'artifacts.read' },
      handler: async (req) => {
        const fields = fieldsIn(req)
        const { root, uri } = await runRoot(at(req).tracking, fields)
        const folder = lookup(fields.text('path') ?? '')
        const entries = await at(req).artifacts.list(join(root, folder))
        return answer({ root_uri: uri, files: entries.map((entry) => fileInfo(entry, join(folder, entry.name))) })
      },
    })
  }
}

/** Served at the root: what MLflow's own pages download from. */
export function mlflowGetArtifact({ at }: Parts): FastifyPluginAsync {
  return async (app) => {
    app.get('/get-artifact', {
      config: { requires: 'artifacts.read' },
      handler: async (req, reply) => {
        const fields = fieldsIn(req)
        const { root } = await runRoot(at(req).tracking, fields)
        const path = lookup(fields.requiredText('path'))
        return download(req, reply, at(req).artifacts, join(root, path), (missing) => `No such artifact: '${missing}'`)
      },
    })
  }
}

async function runRoot(tracking: Tracking, fields: Fields): Promise<{ root: string; uri: string }> {
  const id = fields.text('run_id') || fields.text('run_uuid')
  if (!id) throw missingParameter('run_id')
  const { artifact_uri: uri } = await tracking.runs.get(id)
  const root = pathOfUri(uri)
  if (root === undefined) throw badRequest(`The artifacts of this run are not stored here but at ${uri}`)
  return { root, uri }
}

export async function download(
  req: FastifyRequest,
  reply: FastifyReply,
  artifacts: Artifacts,
  path: string,
  failed: (path: string) => string,
) {
  const file = await artifacts.find(path)
  if (file) return sendFile(req, reply, artifacts.blobs, { ...file, name: path.slice(path.lastIndexOf('/') + 1) })
  if (path === '' || (await artifacts.isFolder(path))) throw badRequest(`'${path}' is a folder, not a file`)
  throw doesNotExist(failed(path))
}

const downloadFailed = (path: string) =>
  `The following failures occurred while downloading one or more artifacts from this server:\n##### File ${path} #####\nNo such artifact: '${path}'`

/** As protobuf has it: a size of 0 is left out. */
export const fileInfo = ({ is_dir, size }: ArtifactEntry, path: string) => ({
  path,
  is_dir,
  file_size: size || undefined,
})

const wildcard = (req: FastifyRequest): string => (req.params as { '*': string })['*']

export function lookup(path: string) {
  const found = toLookupPath(path)
  if (found === undefined) throw invalidPath()
  return found
}

export const join = (folder: string, name: string) => [folder, name].filter((part) => part !== '').join('/')
