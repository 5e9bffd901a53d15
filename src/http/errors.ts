import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from 'fastify-type-provider-zod'
import { AppError, type ErrorCode } from '../lib/errors.ts'
import { plainly } from './plain-words.ts'

const statusOf: Record<ErrorCode, number> = {
  bad_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported: 415,
  too_many_requests: 429,
  unavailable: 503,
}

/** What went wrong, before a protocol gives it its own form. */
export type Failure = {
  status: number
  code: ErrorCode | 'internal'
  message: string
  errors?: { path: string; message: string }[]
  detail: Readonly<Record<string, unknown>>
}

/** The one place where errors become statuses. What is not expected is a bug: logged once, and nothing of it is shown. */
export function failureOf(error: unknown, req: FastifyRequest): Failure {
  if (error instanceof AppError) {
    return { status: statusOf[error.code], code: error.code, message: error.message, detail: error.detail }
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map((issue) => ({
      path: `${error.validationContext ?? 'body'}${issue.instancePath.replaceAll('/', '.')}`,
      message: plainly(issue.message ?? 'is not valid'),
    }))
    const first = errors[0]
    const message = first ? `${first.path}: ${first.message}` : 'the request is not valid'
    return { status: 400, code: 'bad_request', message, errors, detail: {} }
  }
  const status = (error as FastifyError).statusCode
  if (!isResponseSerializationError(error) && status !== undefined && status >= 400 && status < 500) {
    const code = Object.entries(statusOf).find(([, s]) => s === status)?.[0] as ErrorCode | undefined
    return { status, code: code ?? 'bad_request', message: (error as FastifyError).message, detail: {} }
  }
  req.log.error({ err: error }, 'a request failed')
  return {
    status: 500,
    code: 'internal',
    message: 'something went wrong on the server; its log has the cause',
    detail: {},
  }
}

const titles: Record<Failure['code'], string> = {
  bad_request: 'The request is not valid',
  unauthenticated: 'Sign in first',
  forbidden: 'Not permitted',
  not_found: 'Not found',
  conflict: 'In conflict with the current state',
  too_large: 'Too large',
  unsupported: 'Unsupported',
  too_many_requests: 'Too many requests',
  unavailable: 'Not available now',
  internal: 'Internal error',
}

/** RFC 9457 problem details. */
export function sendProblem(reply: FastifyReply, failure: Failure) {
  if (failure.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="modelkeep"')
  if (typeof failure.detail.retry_after === 'number') reply.header('retry-after', failure.detail.retry_after)
  return reply
    .code(failure.status)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send({
      type: `urn:modelkeep:problem:${failure.code}`,
      title: titles[failure.code],
      status: failure.status,
      detail: failure.message,
      code: failure.code,
      ...(failure.errors ? { errors: failure.errors } : {}),
      ...failure.detail,
    })
}
