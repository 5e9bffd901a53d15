import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { badRequest } from '../../lib/errors.ts'
import {
  type ArtifactRoot,
  type Artifacts,
  announcedDigest,
  largestFile,
  rawBodies,
  sendContent,
  sendFile,
  streamOf,
  toArtifactPath,
  toLookupPath,
} from '../../modules/artifacts/index.ts'
import type { ArtifactEntry } from '../../modules/artifacts/schema.ts'
import type { Registry } from '../../modules/registry/index.ts'
import type { Tracking } from '../../modules/tracking/index.ts'
import { answer } from './answer.ts'
import { doesNotExist, missingParameter } from './errors.ts'
import { type Fields, fieldsIn, fieldsOf } from './fields.ts'
import { versionIn } from './registry-messages.ts'

type Parts = { at: (req: FastifyRequest) => { artifacts: Artifacts; tracking: Tracking } }

export const invalidPath = () => badRequest('Invalid path')

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

    app.get('/mlflow-artifacts/artifacts/*', {
      config: { requires: 'artifacts.read' },
      handler: (req, reply) => {
        const path = wildcard(req)
        return download(req, reply, at(req).artifacts.at('mlflow-artifacts:/'), lookup(path), downloadFailed)
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
        config: { requires: 'artifacts.write', rawBody: true, body: { streamed: largestFile } },
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
        const root = await rootOfRun(at(req), runIn(fields))
        const folder = lookup(fields.text('path') ?? '')
        const entries = await root.list(folder)
        return answer({ root_uri: root.uri, files: entries.map((entry) => fileInfo(entry, join(folder, entry.name))) })
      },
    })
  }
}

/** A file of a run, and of a sealed version: what MLflow's own pages download, from the root of the server. */
export function mlflowGetArtifact({
  at,
}: {
  at: (req: FastifyRequest) => { artifacts: Artifacts; tracking: Tracking; registry: Registry }
}): FastifyPluginAsync {
  return async (app) => {
    app.get('/get-artifact', {
      config: { requires: 'artifacts.read' },
      handler: async (req, reply) => {
        const query = fieldsOf((req.query ?? {}) as Record<string, unknown>, '', true)
        const root = await rootOfRun(at(req), runIn(query))
        return download(req, reply, root, lookup(query.requiredText('path')), noSuchArtifact)
      },
    })

    app.get('/model-versions/get-artifact', {
      config: { requires: 'artifacts.read', model: { query: 'name' } },
      handler: async (req, reply) => {
        const query = fieldsOf((req.query ?? {}) as Record<string, unknown>, '', true)
        const name = query.requiredText('name')
        const { registry } = at(req)
        const { manifest } = await registry.versions.get(name, versionIn(query))
        const path = lookup(query.requiredText('path'))
        const file = manifest.files.find((one) => one.path === path)
        if (!file) throw doesNotExist(noSuchArtifact(path))
        const content = { ...file, digest: file.sha256, name: path.slice(path.lastIndexOf('/') + 1) }
        return sendFile(req, reply, registry.blobs, content, unsatisfiable)
      },
    })
  }
}

export const noSuchArtifact = (path: string) => `No such artifact: '${path}'`

function runIn(fields: Fields): string {
  const id = fields.text('run_id') || fields.text('run_uuid')
  if (!id) throw missingParameter('run_id')
  return id
}

type Room = { artifacts: Artifacts; tracking: Tracking }

export async function rootOfRun({ artifacts, tracking }: Room, id: string): Promise<ArtifactRoot> {
  return artifacts.at((await tracking.runs.get(id)).artifact_uri)
}

/** Where the server itself writes: a direct store is its clients' to write to. */
export function vaultOf(root: ArtifactRoot): string {
  if (root.vault === undefined) throw badRequest(`Clients write to ${root.uri} by themselves, not through this server.`)
  return root.vault
}

export async function download(
  req: FastifyRequest,
  reply: FastifyReply,
  root: ArtifactRoot,
  path: string,
  failed: (path: string) => string,
) {
  const content = path === '' ? undefined : await root.find(path)
  if (content) return sendContent(req, reply, content, unsatisfiable)
  if (path === '' || (await root.isFolder(path))) throw badRequest(`'${path}' is a folder, not a file`)
  throw doesNotExist(failed(join(pathShown(root), path)))
}

const pathShown = (root: ArtifactRoot) => root.vault ?? root.uri

export const unsatisfiable = (size: number) => ({
  error_code: 'INVALID_PARAMETER_VALUE',
  message: `The requested range lies outside of the ${size} bytes of the artifact.`,
})

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
