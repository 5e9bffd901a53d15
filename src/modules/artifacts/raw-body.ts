import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Bytes of one uploaded file, and of one part of a file; a file in parts may be larger. */
export const largestFile = 256 * 1024 ** 3
export const largestPart = 5 * 1024 ** 3

/** In this context no body is parsed, whatever it says it is: handlers get the stream as it arrives. */
export function rawBodies(app: Pick<FastifyInstance, 'removeAllContentTypeParsers' | 'addContentTypeParser'>) {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_req, payload, done) => done(null, payload))
}

/** A request without a body is an upload of nothing. */
export const streamOf = (req: FastifyRequest): Readable =>
  req.body instanceof Readable ? req.body : Readable.from([], { objectMode: false })
