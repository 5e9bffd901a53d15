import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod, ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Digest } from '../../lib/ids.ts'
import type { Actor } from '../access/schema.ts'
import { announcedDigest, largestFile, rawBodies, sendFile, streamOf } from '../artifacts/index.ts'
import { DatasetDetail, DatasetName, DatasetPreview, type DatasetUse, DatasetVersion, TableFormat } from './schema.ts'
import type { Datasets } from './service.ts'

const mediaTypes = {
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
  json: 'application/json',
} as const satisfies Record<TableFormat, string>

type Parts = {
  at: (req: FastifyRequest) => Datasets
  /** The sealed versions, among those the actor may see, whose runs named this dataset. */
  usedBy: (req: FastifyRequest, actor: Actor, digest: Digest) => Promise<DatasetUse[]>
}

export function datasetRoutes({ at, usedBy }: Parts): FastifyPluginAsyncZod {
  const tags = ['datasets']
  const byDigest = z.object({ digest: Digest })

  return async (app) => {
    app.get('/datasets', {
      config: { requires: 'datasets.read', model: 'any' },
      schema: {
        tags,
        summary: 'Dataset versions, newest first',
        response: { 200: z.object({ datasets: z.array(DatasetVersion) }) },
      },
      handler: async (req) => ({ datasets: await at(req).list() }),
    })

    app.get('/datasets/versions/:digest', {
      config: { requires: 'datasets.read', model: 'any' },
      schema: { tags, summary: 'One dataset version', params: byDigest, response: { 200: DatasetDetail } },
      handler: async (req) => {
        const { digest } = req.params
        return { ...(await at(req).get(digest)), used_by: await usedBy(req, req.actor, digest) }
      },
    })

    app.get('/datasets/versions/:digest/content', {
      config: { requires: 'datasets.read', model: 'any' },
      schema: { tags, summary: 'The bytes of a dataset version', params: byDigest },
      handler: async (req, reply) => {
        const { digest, size, name, format } = await at(req).get(req.params.digest)
        return sendFile(req, reply, at(req).blobs, {
          digest,
          size,
          media_type: mediaTypes[format],
          name: `${name}.${format}`,
        })
      },
    })

    app.get('/datasets/versions/:digest/preview', {
      config: { requires: 'datasets.read', model: 'any' },
      schema: {
        tags,
        summary: 'The first rows of a dataset version',
        params: byDigest,
        querystring: z.strictObject({ rows: z.coerce.number().int().min(1).max(100).default(10) }),
        response: { 200: DatasetPreview },
      },
      handler: (req) => at(req).preview(req.params.digest, req.query.rows),
    })

    await app.register(async (scope) => {
      const raw = scope.withTypeProvider<ZodTypeProvider>()
      rawBodies(raw)
      raw.post('/datasets/:name/versions', {
        config: { requires: 'datasets.write', body: { streamed: largestFile } },
        schema: {
          tags,
          summary: 'Upload a table; the body is the file itself',
          params: z.object({ name: DatasetName }),
          querystring: z.strictObject({ format: TableFormat, description: z.string().max(10_000).default('') }),
          response: { 200: DatasetVersion },
        },
        handler: (req) =>
          at(req).add(req.actor, { name: req.params.name, ...req.query }, streamOf(req), {
            expect: announcedDigest(req.headers['content-digest']),
          }),
      })
    })
  }
}
