import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../lib/errors.ts'
import { failureOf, sendProblem } from './errors.ts'

/** The built web application: beside the sources in a checkout, beside the emitted files in a package. */
const builds = [new URL('../../dist/web', import.meta.url), new URL('../web', import.meta.url)].map((url) =>
  fileURLToPath(url),
)

/** Serves the web application; every path that is no file is one of its pages. */
export async function serveWeb(app: FastifyInstance): Promise<void> {
  const root = builds.find((path) => existsSync(join(path, 'index.html')))
  if (root) await serveAssets(app, root)

  app.setNotFoundHandler((req, reply) => {
    const wantsPage = (req.method === 'GET' || req.method === 'HEAD') && req.headers.accept?.includes('text/html')
    if (!wantsPage || req.url.startsWith('/api/') || req.url.startsWith('/ajax-api/')) {
      const path = req.url.split('?')[0]
      return sendProblem(reply, failureOf(new AppError('not_found', `there is no ${req.method} ${path}`), req))
    }
    if (!root) {
      return reply.code(503).type('text/plain').send('The web application is not built: run npm run build.\n')
    }
    return reply.header('cache-control', 'no-cache').sendFile('index.html')
  })
}

async function serveAssets(app: FastifyInstance, root: string): Promise<void> {
  await app.register(fastifyStatic, { root, serve: false, cacheControl: false })

  app.get('/assets/*', {
    config: { requires: 'public' },
    schema: { hide: true },
    handler: (req, reply) => {
      const { '*': name } = req.params as { '*': string }
      // Names of assets carry their hash.
      return reply.header('cache-control', 'public, max-age=31536000, immutable').sendFile(`assets/${name}`)
    },
  })

  for (const name of readdirSync(root).filter((name) => /^[\w-]+\.(js|svg|png|ico|webmanifest)$/.test(name))) {
    app.get(`/${name}`, {
      config: { requires: 'public' },
      schema: { hide: true },
      handler: (_req, reply) => reply.header('cache-control', 'no-cache').sendFile(name),
    })
  }
}
