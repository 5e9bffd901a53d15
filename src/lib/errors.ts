export type ErrorCode =
  | 'bad_request'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'unsupported'
  | 'too_many_requests'
  | 'unavailable'

/** Something that ends the request and that the caller may know about. Everything else is a bug. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly detail: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, detail: Record<string, unknown> = {}) {
    super(message)
    this.name = 'AppError'
    this.code = code
    this.detail = detail
  }
}

export const badRequest = (message: string, detail?: Record<string, unknown>) =>
  new AppError('bad_request', message, detail)
export const unauthenticated = (message: string) => new AppError('unauthenticated', message)
export const forbidden = (message: string, detail?: Record<string, unknown>) =>
  new AppError('forbidden', message, detail)
export const notFound = (what: string, id: string) => new AppError('not_found', `no ${what} ${id}`, { what, id })
export const conflict = (message: string, detail?: Record<string, unknown>) => new AppError('conflict', message, detail)
export const tooLarge = (message: string) => new AppError('too_large', message)
export const unsupported = (message: string) => new AppError('unsupported', message)
export const unavailable = (message: string) => new AppError('unavailable', message)
