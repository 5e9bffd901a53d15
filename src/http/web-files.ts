import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
}

/** Names without a path in them, so that they lead to no other folder. */
const plainName = /^[\w-][\w.-]*$/

/** Answers with a file of the built web application, or with 304 where the browser has it; undefined if there is none. */
export async function sendWebFile(req: FastifyRequest, reply: FastifyReply, folder: string, name: string) {
  if (!plainName.test(name)) return undefined
  const path = join(folder, name)
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return undefined
  const etag = `W/"${found.size.toString(16)}-${Math.floor(found.mtimeMs).toString(16)}"`
  reply.header('etag', etag).header('last-modified', found.mtime.toUTCString())
  if (req.headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) return reply.code(304).send()
  reply.type(types[extname(name)] ?? 'application/octet-stream').header('content-length', found.size)
  return req.method === 'HEAD' ? reply.send() : reply.send(createReadStream(path))
}
