import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { setTimeout as wait } from 'node:timers/promises'
import type { z } from 'zod'

const attempts = 4
const largestAnswer = 512 * 1024 * 1024
const retried = new Set([408, 429, 500, 502, 503, 504])

export type Credentials = { token?: string | undefined; username?: string | undefined; password?: string | undefined }

/** What a server says instead of an answer. Its text is shown to the person, so it is short and has no address. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly status: number

  constructor(message: string, status = 0) {
    super(message)
    this.status = status
  }
}

export type SourceClient = ReturnType<typeof createSourceClient>

/** A client of MLflow's REST API that only reads. Redirects are not followed, because they would take the credentials along. */
export function createSourceClient(url: URL, { token, username, password }: Credentials) {
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  const headers: Record<string, string> = { accept: '*/*' }
  if (token) headers.authorization = `Bearer ${token}`
  else if (username) {
    headers.authorization = `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`
  }

  async function reply(path: string, init: RequestInit): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const answer = await fetch(`${base}${path}`, { ...init, redirect: 'manual' }).catch((cause: unknown) => {
        if (attempt >= attempts) throw new SourceError(`${url.host} does not answer: ${reasonOf(cause)}`)
      })
      if (answer?.ok) return answer
      const status = answer?.status ?? 0
      if (answer && (attempt >= attempts || !retried.has(status))) {
        const message = messageIn(await answer.text().catch(() => ''))
        throw new SourceError(`${url.host} answered ${status}${message ? `: ${message}` : ''}`, status)
      }
      await answer?.body?.cancel()
      await wait(200 * 2 ** attempt)
    }
  }

  async function json(path: string, init: RequestInit): Promise<unknown> {
    const answer = await reply(path, init)
    if (Number(answer.headers.get('content-length') ?? 0) > largestAnswer)
      throw new SourceError('the answer is too long')
    const text = await answer.text()
    try {
      return JSON.parse(text)
    } catch {
      throw new SourceError(`${url.host} answered with something that is not JSON; is it an MLflow server?`)
    }
  }

  return {
    get: (path: string, query: Record<string, string> = {}) => json(`${path}${search(query)}`, { headers }),
    post: (path: string, body: unknown) =>
      json(path, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    async bytes(path: string, query: Record<string, string> = {}): Promise<Readable> {
      const { body } = await reply(`${path}${search(query)}`, { headers })
      return body ? Readable.fromWeb(body as ReadableStream<Uint8Array>) : Readable.from([])
    },
  }
}

/** Page after page of a search. */
export async function* pages<T extends { next_page_token: string }>(
  client: Pick<SourceClient, 'post'>,
  path: string,
  schema: z.ZodType<T>,
  body: Record<string, unknown>,
): AsyncGenerator<T> {
  const seen = new Set<string>()
  for (let token = ''; ; ) {
    const answer = schema.safeParse(await client.post(path, token === '' ? body : { ...body, page_token: token }))
    if (!answer.success) throw new SourceError(`${path} answered with something that is not understood`)
    yield answer.data
    token = answer.data.next_page_token
    if (token === '' || seen.has(token)) return
    seen.add(token)
  }
}

function search(query: Record<string, string>): string {
  const text = new URLSearchParams(query).toString()
  return text === '' ? '' : `?${text}`
}

function messageIn(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    return typeof message === 'string' ? message.slice(0, 300) : undefined
  } catch {
    return undefined
  }
}

function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return inner instanceof Error ? ('code' in inner ? String(inner.code) : inner.message) : 'unknown reason'
}
