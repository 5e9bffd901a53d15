import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../lib/errors.ts'
import { isMlflowPath, sendNotServed } from '../protocols/mlflow/not-served.ts'
import { failureOf, sendProblem } from './errors.ts'
import { sendWebFile } from './web-files.ts'

/** The built web application: beside the sources in a checkout, beside the emitted files in a package. */
const builds = [new URL('../../dist/web', import.meta.url), new URL('../web', import.meta.url)].map((url) =>
  fileURLToPath(url),
)

/** Serves the web application; every path that is no file is one of its pages. */
export function serveWeb(app: FastifyInstance): void {
  const root = builds.find((path) => existsSync(join(path, 'index.html')))
  if (root) serveAssets(app, root)

  app.setNotFoundHandler(async (req, reply) => {
    if (isMlflowPath(req.url)) return sendNotServed(req, reply)
    const wantsPage = (req.method === 'GET' || req.method === 'HEAD') && req.headers.accept?.includes('text/html')
    if (!wantsPage || req.url.startsWith('/api/') || req.url.startsWith('/ajax-api/')) return sendNotFound(req, reply)
    if (!root) {
      return reply.code(503).type('text/plain').send('The web application is not built: run npm run build.\n')
    }
    reply.header('cache-control', 'no-cache')
    return (await sendWebFile(req, reply, root, 'index.html')) ?? sendNotFound(req, reply)
  })
}

function serveAssets(app: FastifyInstance, root: string): void {
  app.get('/assets/*', {
    config: { requires: 'public' },
    schema: { hide: true },
    handler: async (req, reply) => {
      const { '*': name } = req.params as { '*': string }
      // Names of assets carry their hash.
      reply.header('cache-control', 'public, max-age=31536000, immutable')
      return (await sendWebFile(req, reply, join(root, 'assets'), name)) ?? sendNotFound(req, reply)
    },
  })

  for (const name of readdirSync(root).filter((name) => /^[\w-]+\.(js|svg|png|ico|webmanifest)$/.test(name))) {
    app.get(`/${name}`, {
      config: { requires: 'public' },
      schema: { hide: true },
      handler: async (req, reply) => {
        reply.header('cache-control', 'no-cache')
        return (await sendWebFile(req, reply, root, name)) ?? sendNotFound(req, reply)
      },
    })
  }
}

/** For an address that nothing answers. */
export function sendNotFound(req: FastifyRequest, reply: FastifyReply) {
  const path = req.url.split('?')[0]
  reply.removeHeader('cache-control')
  return sendProblem(reply, failureOf(new AppError('not_found', `there is no ${req.method} ${path}`), req))
}
