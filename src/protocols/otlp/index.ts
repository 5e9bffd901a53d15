import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { type AppError, badRequest, tooLarge } from '../../lib/errors.ts'
import type { Traces } from '../../modules/traces/index.ts'
import { decode, encode } from './proto.ts'
import { spansIn } from './read.ts'

type Failure = {
  code: AppError['code'] | 'internal'
  status: number
  message: string
  detail: Readonly<Record<string, unknown>>
}
type Parts = {
  at: (req: FastifyRequest) => Traces
  failureOf: (error: unknown, req: FastifyRequest) => Failure
}

const largestBody = 16 * 1024 * 1024
const largestUnpacked = 64 * 1024 * 1024
const protobufType = 'application/x-protobuf'
const defaultExperiment = '0'
const unpack = promisify(gunzip)

/** OpenTelemetry's traces over HTTP: `POST /v1/traces`, protobuf or JSON, plain or gzip. Registered at the root. */
export function otlpRoutes({ at, failureOf }: Parts): FastifyPluginAsync {
  return async (app) => {
    app.removeAllContentTypeParsers()
    for (const type of [protobufType, 'application/json']) {
      app.addContentTypeParser(type, { parseAs: 'buffer' }, (_req, body, done) => done(null, body))
    }
    app.addContentTypeParser('*', (_req, _payload, done) => done(contentTypeRefused()))
    app.setErrorHandler((error, req, reply) => sendStatus(req, reply, failureOf(error, req)))

    app.post('/v1/traces', {
      config: { requires: 'tracking.write', body: largestBody },
      handler: async (req, reply) => {
        if (!Buffer.isBuffer(req.body)) throw contentTypeRefused()
        const bytes = await unpacked(req, req.body)
        const spans = spansIn(isJson(req) ? parseJson(bytes) : parseProtobuf(bytes))
        const experiment = req.headers['x-mlflow-experiment-id'] || defaultExperiment
        if (typeof experiment !== 'string') throw badRequest('X-MLflow-Experiment-Id stands there more than once')
        const { accepted, rejected, reason } = await at(req).ingest(req.actor, experiment, spans)
        if (accepted === 0 && rejected > 0) throw badRequest(reason ?? 'no span could be kept')
        const partial =
          rejected > 0 ? { partialSuccess: { rejectedSpans: String(rejected), errorMessage: reason } } : {}
        return send(req, reply, 'ExportTraceServiceResponse', partial)
      },
    })
  }
}

const isJson = (req: FastifyRequest) => /^application\/json\b/i.test(req.headers['content-type'] ?? '')
const contentTypeRefused = () => badRequest(`Content-Type must be ${protobufType} or application/json`)

async function unpacked(req: FastifyRequest, body: Buffer): Promise<Buffer> {
  const encoding = req.headers['content-encoding']?.toLowerCase() ?? 'identity'
  if (encoding === 'identity' || encoding === '') return body
  if (encoding !== 'gzip') throw badRequest('Content-Encoding must be gzip or none')
  try {
    return await unpack(body, { maxOutputLength: largestUnpacked })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge('the unpacked body is too large')
    throw badRequest('the body is not gzip')
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw badRequest('the body is not JSON in UTF-8')
  }
}

function parseProtobuf(bytes: Buffer): unknown {
  try {
    return decode('ExportTraceServiceRequest', bytes)
  } catch {
    throw badRequest('the body is not an ExportTraceServiceRequest')
  }
}

/** The answer has the encoding of the request. */
function send(
  req: FastifyRequest,
  reply: FastifyReply,
  message: 'ExportTraceServiceResponse' | 'RpcStatus',
  value: object,
) {
  if (isJson(req)) return reply.type('application/json').serializer(JSON.stringify).send(value)
  return reply.type(protobufType).send(encode(message, { ...value }))
}

/** Codes of google.rpc. */
const codes: Record<Failure['code'], number> = {
  bad_request: 3,
  unauthenticated: 16,
  forbidden: 7,
  not_found: 5,
  conflict: 10,
  too_large: 3,
  unsupported: 3,
  too_many_requests: 8,
  unavailable: 14,
  internal: 13,
}

function sendStatus(req: FastifyRequest, reply: FastifyReply, { code, status, message, detail }: Failure) {
  if (code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="modelkeep"')
  if (typeof detail.retry_after === 'number') reply.header('retry-after', detail.retry_after)
  return send(req, reply.code(status), 'RpcStatus', { code: codes[code], message })
}
