import type { z } from 'zod'
import { ApiError, misshapen, problemOf, unreachable } from './problem.ts'
import { currentWorkspace, inWorkspace, isFirstWorkspace } from './workspace.ts'

export const base = '/api/v1'
let csrf: string | undefined

/** The session's token for unsafe methods; kept in memory only. */
export function keepCsrfToken(token: string | undefined): void {
  csrf = token
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Options = {
  body?: unknown
  signal?: AbortSignal
  alsoAccept?: readonly number[]
  headers?: Readonly<Record<string, string>>
}

function workspaceHeaders(): [string, string][] {
  return isFirstWorkspace() ? [] : [['x-modelkeep-workspace', currentWorkspace()]]
}

/** What every request has that changes something. */
export function unsafeHeaders(): [string, string][] {
  return csrf ? [...workspaceHeaders(), ['x-csrf-token', csrf]] : workspaceHeaders()
}

async function call(method: Method, path: string, options: Options): Promise<Response> {
  const headers = new Headers({ accept: options.headers ? '*/*' : 'application/json', ...options.headers })
  const own = method === 'GET' ? workspaceHeaders() : unsafeHeaders()
  for (const [name, value] of own) headers.set(name, value)
  const init: RequestInit = { method, headers, credentials: 'same-origin' }
  if (options.signal) init.signal = options.signal
  if (options.body instanceof Blob) init.body = options.body
  else if (options.body !== undefined) {
    headers.set('content-type', 'application/json')
    init.body = JSON.stringify(options.body)
  }
  const response = await fetch(path.startsWith('/openapi') ? path : base + path, init).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(unreachable())
  })
  if (response.ok || options.alsoAccept?.includes(response.status)) return response
  throw new ApiError(await problemOf(response))
}

function parse<S extends z.ZodType>(path: string, schema: S, body: unknown): z.infer<S> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new ApiError(misshapen(path, issue ? `${issue.path.join('.')} ${issue.message}` : 'unreadable'))
}

export async function get<S extends z.ZodType>(path: string, schema: S, signal?: AbortSignal): Promise<z.infer<S>> {
  const response = await call('GET', path, signal ? { signal } : {})
  return parse(path, schema, await response.json())
}

/** The beginning of a file as text, at most so many bytes of it, and whether it goes on. */
export async function getText(path: string, most: number): Promise<{ text: string; cut: boolean }> {
  const response = await call('GET', path, { headers: { range: `bytes=0-${most - 1}` }, alsoAccept: [416] })
  if (response.status === 416) return { text: '', cut: false }
  const total = Number(response.headers.get('content-range')?.split('/')[1] ?? 0)
  const text = await response.text()
  return { text: text.slice(0, most), cut: total > most || text.length > most }
}

export async function send<S extends z.ZodType>(
  method: Exclude<Method, 'GET'>,
  path: string,
  schema: S,
  body?: unknown,
  alsoAccept: readonly number[] = [],
): Promise<z.infer<S>> {
  const response = await call(method, path, { body, alsoAccept })
  return parse(path, schema, await response.json())
}

/** For answers that may have no body. */
export async function sendMaybe<S extends z.ZodType>(
  method: Exclude<Method, 'GET'>,
  path: string,
  schema: S,
): Promise<z.infer<S> | undefined> {
  const response = await call(method, path, {})
  return response.status === 204 ? undefined : parse(path, schema, await response.json())
}

/** For answers without a body. */
export async function sendOnly(method: Exclude<Method, 'GET'>, path: string, body?: unknown): Promise<void> {
  await call(method, path, { body })
}

/** A path from parts, each encoded; undefined query values are left out. */
export function at(
  parts: readonly (string | number)[],
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(key, String(value))
  }
  const text = search.toString()
  return `/${parts.map((part) => encodeURIComponent(part)).join('/')}${text ? `?${text}` : ''}`
}

/** An address for plain links, such as downloads. */
export function href(parts: readonly (string | number)[], query: Readonly<Record<string, string>> = {}): string {
  return inWorkspace(base + at(parts, query))
}
