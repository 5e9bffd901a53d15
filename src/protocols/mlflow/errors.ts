import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError, badRequest } from '../../lib/errors.ts'

/** What went wrong, as the server's error mapping sees it. */
export type Failure = {
  status: number
  code: AppError['code'] | 'internal'
  message: string
  detail: Readonly<Record<string, unknown>>
}
export type FailureOf = (error: unknown, req: FastifyRequest) => Failure

/** MLflow's own codes; its clients decide by them whether to retry. */
const codes: Record<Failure['code'], readonly [number, string]> = {
  bad_request: [400, 'INVALID_PARAMETER_VALUE'],
  unauthenticated: [401, 'UNAUTHENTICATED'],
  forbidden: [403, 'PERMISSION_DENIED'],
  not_found: [404, 'RESOURCE_DOES_NOT_EXIST'],
  conflict: [400, 'RESOURCE_ALREADY_EXISTS'],
  too_large: [413, 'INVALID_PARAMETER_VALUE'],
  unsupported: [400, 'INVALID_PARAMETER_VALUE'],
  too_many_requests: [429, 'REQUEST_LIMIT_EXCEEDED'],
  unavailable: [503, 'TEMPORARILY_UNAVAILABLE'],
  internal: [500, 'INTERNAL_ERROR'],
}

/** MLflow's error form. `detail.error_code` names another code where a status has several. */
export function sendMlflowError(reply: FastifyReply, failure: Failure) {
  const [status, error_code] = codes[failure.code]
  if (failure.code === 'unauthenticated') {
    return reply
      .code(401)
      .header('www-authenticate', 'Basic realm="mlflow"')
      .type('text/plain; charset=utf-8')
      .serializer(String)
      .send(
        'You are not authenticated. Send a login and password, or a token, with MLFLOW_TRACKING_USERNAME and _PASSWORD or MLFLOW_TRACKING_TOKEN.',
      )
  }
  if (typeof failure.detail.retry_after === 'number') reply.header('retry-after', failure.detail.retry_after)
  const given = failure.detail.error_code
  return reply
    .code(status)
    .type('application/json')
    .serializer(JSON.stringify)
    .send({ error_code: typeof given === 'string' ? given : error_code, message: failure.message })
}

export const seeDocs = 'See the API docs for more information about request parameters.'

export const missingParameter = (name: string) =>
  badRequest(`Missing value for required parameter '${name}'. ${seeDocs}`)

export function invalidParameter(name: string, value: unknown) {
  const shown = pythonJson(value)
  return badRequest(
    `Invalid value ${shown} for parameter '${name}' supplied:  Hint: Value was of type '${pythonType(value)}'. ${seeDocs}`,
  )
}

/** A thing that is not there, in MLflow's words. */
export const doesNotExist = (message: string) => new AppError('not_found', message)

export const alreadyExists = (message: string) =>
  new AppError('conflict', message, { error_code: 'RESOURCE_ALREADY_EXISTS' })

function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}: ${pythonJson(field)}`)
    return `{${fields.join(', ')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

function pythonType(value: unknown): string {
  if (value === null || value === undefined) return 'NoneType'
  if (Array.isArray(value)) return 'list'
  switch (typeof value) {
    case 'string':
      return 'str'
    case 'boolean':
      return 'bool'
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float'
    default:
      return 'dict'
  }
}
