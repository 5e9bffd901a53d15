import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { badRequest } from '../../lib/errors.ts'
import {
  type Artifacts,
  attachment,
  largestFile,
  largestPart,
  mediaTypeOf,
  rawBodies,
  sendFile,
  streamOf,
  toArtifactPath,
  toLookupPath,
} from '../../modules/artifacts/index.ts'
import type { Tracking } from '../../modules/tracking/index.ts'
import { invalidPath, join, noSuchArtifact, rootOfRun, unsatisfiable, vaultOf } from './artifacts.ts'
import { doesNotExist, missingParameter } from './errors.ts'
import type { Fields } from './fields.ts'
import { mlflowRoute } from './route.ts'
import type { SignedAddresses } from './signed-addresses.ts'

type Room = { name: string; artifacts: Artifacts; tracking: Tracking }

export type UploadRoutes = {
  at: (req: FastifyRequest) => Room
  /** For requests whose address names the workspace. */
  inWorkspace: <T>(req: FastifyRequest, name: string, use: (room: Room) => Promise<T>) => Promise<T>
  addresses: SignedAddresses
}

const quarterOfAnHour = 15 * 60
const day = 24 * 60 * 60

/** Uploads in parts, and uploads and downloads by addresses that need no sign-in. */
export function mlflowUploads({ at, inWorkspace, addresses }: UploadRoutes): FastifyPluginAsync {
  return async (app) => {
    mlflowRoute(app, 'POST', '/mlflow-artifacts/mpu/create/*', 'artifacts.write', async (req, fields) => {
      const { artifacts, name } = at(req)
      const path = targetOf(req, fields)
      const parts = fields.integer('num_parts') ?? 1
      const upload = await artifacts.uploads.beginParts(req.actor, path, parts)
      const expires = Math.floor(Date.parse(upload.expires_at) / 1000)
      const ours = (number: number) =>
        addresses.make(req, name, `/mpu/parts/${upload.id}/${number}`, ['part', upload.id, String(number)], expires)
      return {
        upload_id: upload.id,
        credentials: Array.from({ length: parts }, (_, i) => ({
          url: (upload.addresses?.[i] ?? ours(i + 1)).href,
          part_number: i + 1,
          headers: {},
        })),
      }
    })

    mlflowRoute(app, 'POST', '/mlflow-artifacts/mpu/complete/*', 'artifacts.write', async (req, fields) => {
      const path = targetOf(req, fields)
      const parts = fields.list('parts', (part) => ({
        number: part.integer('part_number') ?? 0,
        etag: part.text('etag') ?? '',
      }))
      if (parts.length === 0) throw missingParameter('parts')
      await at(req).artifacts.uploads.complete(req.actor, fields.requiredText('upload_id'), path, parts)
      return undefined
    })

    mlflowRoute(app, 'POST', '/mlflow-artifacts/mpu/abort/*', 'artifacts.write', async (req, fields) => {
      await at(req).artifacts.uploads.abort(req.actor, fields.requiredText('upload_id'), targetOf(req, fields))
      return undefined
    })

    mlflowRoute(app, 'GET', '/mlflow-artifacts/presigned/*', 'artifacts.read', async (req, fields) => {
      const { artifacts, name } = at(req)
      const path = toLookupPath(wildcard(req))
      if (path === undefined) throw invalidPath()
      const file = await artifacts.find(path)
      if (!file) throw doesNotExist(noSuchArtifact(path))
      const seconds = secondsIn(fields)
      const fileName = path.slice(path.lastIndexOf('/') + 1)
      const direct = artifacts.blobs.presign?.(file.digest, {
        expiresInSeconds: seconds,
        disposition: attachment(fileName),
        mediaType: file.media_type,
      })
      const named = `${file.digest.slice('sha256:'.length)}/${path}`
      const ours = () =>
        addresses.make(req, name, `/files/${encodePath(named)}`, ['file', named], addresses.inSeconds(seconds))
      return { url: ((await direct) ?? ours()).href, headers: {}, file_size: file.size }
    })

    mlflowRoute(app, 'POST', '/mlflow/artifacts/presigned-upload-url', 'artifacts.write', async (req, fields) => {
      const { artifacts, name } = at(req)
      const path = toArtifactPath(fields.requiredText('path'))
      if (path === undefined) throw invalidPath()
      const target = toArtifactPath(join(await rootIn(req, fields), path))
      if (target === undefined) throw invalidPath()
      const seconds = secondsIn(fields)
      const upload = await artifacts.uploads.begin(req.actor, target, { parts: 0, seconds })
      const expires = Math.floor(Date.parse(upload.expires_at) / 1000)
      const address = addresses.make(req, name, `/uploads/${upload.id}`, ['upload', upload.id], expires)
      return { presigned_url: address.href, headers: { 'content-type': mediaTypeOf(path) } }
    })

    await app.register(async (raw) => {
      rawBodies(raw)
      raw.put('/mlflow-artifacts/mpu/parts/:upload/:number', {
        config: { requires: 'public', rawBody: true, body: { streamed: largestPart } },
        handler: async (req, reply) => {
          const { upload, number } = req.params as { upload: string; number: string }
          const { workspace, demand } = addresses.open(req)
          demand(['part', upload, number])
          const put = (room: Room) => room.artifacts.uploads.putPart(upload, Number(number), streamOf(req))
          reply.header('etag', (await inWorkspace(req, workspace, put)).etag)
          return {}
        },
      })
      raw.put('/mlflow-artifacts/uploads/:upload', {
        config: { requires: 'public', rawBody: true, body: { streamed: largestFile } },
        handler: async (req) => {
          const { upload } = req.params as { upload: string }
          const { workspace, demand } = addresses.open(req)
          demand(['upload', upload])
          await inWorkspace(req, workspace, (room) => room.artifacts.uploads.putWhole(upload, streamOf(req)))
          return {}
        },
      })
      raw.post('/mlflow/upload-artifact', {
        config: { requires: 'artifacts.write', rawBody: true, body: { streamed: largestFile } },
        handler: async (req) => {
          const query = (req.query ?? {}) as Record<string, unknown>
          for (const key of ['run_uuid', 'path']) {
            if (typeof query[key] !== 'string' || query[key] === '') throw badRequest(`Request must specify ${key}.`)
          }
          const path = toArtifactPath(String(query.path))
          if (path === undefined) throw invalidPath()
          if (req.headers['content-length'] === '0' || req.body === undefined) {
            throw badRequest('Request must specify data.')
          }
          const root = await rootOfRun(at(req), String(query.run_uuid))
          const target = toArtifactPath(join(vaultOf(root), path))
          if (target === undefined) throw invalidPath()
          await at(req).artifacts.upload(req.actor, target, streamOf(req))
          return {}
        },
      })
    })

    app.get('/mlflow-artifacts/files/*', {
      config: { requires: 'public' },
      handler: async (req, reply) => {
        const named = wildcard(req)
        const { workspace, demand } = addresses.open(req)
        demand(['file', named])
        const [digest = '', ...names] = named.split('/')
        const path = names.join('/')
        return inWorkspace(req, workspace, async ({ artifacts }) => {
          const file = await artifacts.find(path)
          if (file?.digest !== `sha256:${digest}`) throw doesNotExist(noSuchArtifact(path))
          const name = path.slice(path.lastIndexOf('/') + 1)
          return sendFile(req, reply, artifacts.blobs, { ...file, name }, unsatisfiable)
        })
      },
    })
  }

  /** The address names the folder, and the body the file as the client's disk has it: only its last name counts. */
  function targetOf(req: FastifyRequest, fields: Fields) {
    const name = fields.requiredText('path').split(/[/\\]/).at(-1) ?? ''
    const path = toArtifactPath(join(wildcard(req), name))
    if (path === undefined) throw invalidPath()
    return path
  }

  async function rootIn(req: FastifyRequest, fields: Fields): Promise<string> {
    const { artifacts, tracking } = at(req)
    const run = fields.text('run_id')
    const modelId = fields.text('model_id')
    if (run && modelId) throw badRequest("Only one of 'run_id' and 'model_id' may be given.")
    if (run) return vaultOf(await rootOfRun({ artifacts, tracking }, run))
    if (!modelId) throw missingParameter('run_id')
    const model = await tracking.models.get(modelId)
    await tracking.permissions.demand(req.actor, 'EDIT', { experiments: [model.experiment_id] })
    return vaultOf(artifacts.at(model.artifact_uri))
  }
}

function secondsIn(fields: Fields): number {
  const seconds = fields.integer('expiration') ?? quarterOfAnHour
  if (seconds < 1 || seconds > day) throw badRequest(`'expiration' must be 1 to ${day} seconds.`)
  return seconds
}

const encodePath = (path: string) => path.split('/').map(encodeURIComponent).join('/')
const wildcard = (req: FastifyRequest): string => (req.params as { '*': string })['*']
