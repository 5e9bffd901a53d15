import { z } from 'zod'
import { CliError } from './exit.ts'
import { readSettings } from './settings.ts'

const Problem = z.object({ detail: z.string(), status: z.number() })

/** The server gave no answer: it is away, or something before it says so. */
export class Unreachable extends CliError {
  override readonly name = 'CliError'
}

/** Answers of what stands before a server that is away. */
const away = [502, 503, 504]

export type Client = {
  url: string
  request<T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown): Promise<T>
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>
  post<T>(path: string, schema: z.ZodType<T>, body?: unknown): Promise<T>
  put<T>(path: string, schema: z.ZodType<T>, body?: unknown): Promise<T>
  raw(method: string, path: string, init?: RequestInit & { duplex?: 'half' }): Promise<Response>
}

/** Talks to the server that `modelkeep login` or the environment names. */
type Connection = { anonymous?: boolean; timeoutMs?: number }

export async function connectClient({ anonymous = false, timeoutMs }: Connection = {}): Promise<Client> {
  const { url, token, workspace } = await readSettings()
  if (!url) throw new CliError('no server is named: run modelkeep login URL, or set MODELKEEP_URL and MODELKEEP_TOKEN')
  if (!token && !anonymous) throw new CliError('no token: run modelkeep login URL --token …, or set MODELKEEP_TOKEN')
  return createClient(url, token, workspace, timeoutMs)
}

export function createClient(
  url: string,
  token: string | undefined,
  workspace: string | undefined,
  timeoutMs?: number,
): Client {
  const base = url.replace(/\/$/, '')

  async function raw(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (token) headers.set('authorization', `Bearer ${token}`)
    if (workspace !== undefined) headers.set('x-modelkeep-workspace', workspace)
    try {
      const signal = timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(timeoutMs) }
      return await fetch(`${base}/api/v1${path}`, { ...signal, ...init, method, headers })
    } catch (cause) {
      throw new Unreachable(`${base} does not answer (${reasonOf(cause)})`)
    }
  }

  async function request<T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
    const reply = await raw(method, path, {
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await reply.text().catch((cause: unknown) => {
      throw new Unreachable(`${base} does not answer (${reasonOf(cause)})`)
    })
    const value = parseJson(text)
    // A refusal on separation of duties is an answer with a body of its own.
    const answer = schema.safeParse(value)
    if (answer.success && (reply.ok || reply.status === 409)) return answer.data
    const problem = Problem.safeParse(value)
    if (away.includes(reply.status)) {
      throw new Unreachable(problem.data?.detail ?? `${base} is away (status ${reply.status})`)
    }
    if (problem.success) throw new CliError(problem.data.detail.replace(/^(body|querystring|params)\./, ''))
    throw new CliError(`${base} answered ${reply.status} with something that is not understood`)
  }

  return {
    url: base,
    raw,
    request,
    get: (path, schema) => request('GET', path, schema),
    post: (path, schema, body = {}) => request('POST', path, schema, body),
    put: (path, schema, body = {}) => request('PUT', path, schema, body),
  }
}

/** `name@version` as people write it; the version may be a number or an alias. */
export function parseModelVersion(text: string): { model: string; version: number | string } {
  const at = text.lastIndexOf('@')
  const model = text.slice(0, at)
  const version = text.slice(at + 1)
  if (at <= 0 || version === '') throw new CliError(`"${text}" is not MODEL@VERSION or MODEL@ALIAS`)
  return { model, version: /^[1-9][0-9]*$/.test(version) ? Number(version) : version }
}

export const versionPath = ({ model, version }: { model: string; version: number | string }) =>
  `/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`

function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return inner instanceof Error ? inner.message || inner.name : 'unknown reason'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
