import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import { badRequest, tooLarge } from '../../lib/errors.ts'
import type { Json } from '../../lib/json.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is a file, of whatever type the client says or does not say. */
    rawBody?: true
  }
}

const deepest = 64
const largestGetBody = 65_536

/**
 * MLflow's rules for bodies: JSON and nothing else, whatever the method. Python's `json` writes bare NaN and Infinity;
 * they are read as what they say. A JSON text inside a JSON string is read, too, because old clients send that.
 */
export function mlflowBodies(app: FastifyInstance) {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_req, body, done) => {
    try {
      done(null, parseMlflowJson(body as Buffer))
    } catch (error) {
      done(error as Error)
    }
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (req, _body, done) => {
    if (req.is404) done(null, undefined)
    else done(contentTypeRefused(req.headers['content-type']))
  })
  app.addHook('preValidation', (req, _reply, done) => {
    if (req.is404 || req.routeOptions.config.rawBody) return done()
    const takesBody = req.method === 'POST' || req.method === 'PUT'
    if (takesBody && req.headers['content-type'] === undefined) return done(contentTypeRefused(undefined))
    if (req.method !== 'GET' || !(Number(req.headers['content-length']) > 0)) return done()
    readBody(req.raw).then((body) => {
      req.body = body
      done()
    }, done)
  })
}

/** Some clients send the parameters of a GET in its body, which HTTP gives no meaning, so that nobody parses it. */
async function readBody(stream: AsyncIterable<Buffer>): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    bytes += chunk.length
    if (bytes > largestGetBody) throw tooLarge('The request body is too large.')
    chunks.push(chunk)
  }
  return parseMlflowJson(Buffer.concat(chunks))
}

function contentTypeRefused(type: string | undefined) {
  return badRequest(
    type === undefined
      ? 'Bad Request. Content-Type header is missing.'
      : "Bad Request. Content-Type must be one of ['application/json'].",
  )
}

export function parseMlflowJson(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {}
  if (!isUtf8(body)) throw badRequest('The request body is not UTF-8.')
  const text = body.toString('utf8').replace(/^\uFEFF/, '')
  let value = parseLenient(text)
  if (typeof value === 'string') value = parseLenient(value)
  if (value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw badRequest('The request body is not a JSON object.')
  return value as Record<string, unknown>
}

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown

/** JSON inside a text of the message, such as the records of an evaluation dataset. */
export function parseJsonText(text: string, parameter: string, reviver?: Reviver): Json {
  return parseLenient(text, `Parameter '${parameter}'`, reviver) as Json
}

function parseLenient(text: string, what = 'The request body', reviver?: Reviver): unknown {
  if (depthOf(text) > deepest) throw badRequest(`${what} is nested deeper than ${deepest} levels.`)
  try {
    return JSON.parse(text, reviver)
  } catch {
    try {
      return JSON.parse(quoteBareNumbers(text), reviver)
    } catch {
      throw badRequest(`${what} is not JSON.`)
    }
  }
}

/** A string that never ends is one match as well, so that the search stays linear whatever is sent. */
const stringOrBareNumber = /"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|-?\bInfinity\b|\bNaN\b/g

const quoteBareNumbers = (text: string) =>
  text.replace(stringOrBareNumber, (found) => (found.startsWith('"') ? found : `"${found}"`))

function depthOf(text: string): number {
  if (!isCrowded(text, '{') && !isCrowded(text, '[')) return 0
  let depth = 0
  let most = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x22) {
      // A string: its brackets do not nest.
      do i = text.indexOf('"', i + 1)
      while (i > 0 && isEscaped(text, i))
      if (i < 0) return most
    } else if (code === 0x5b || code === 0x7b) most = Math.max(most, ++depth)
    else if (code === 0x5d || code === 0x7d) depth--
  }
  return most
}

/** Whether so many brackets open that they could nest too deep. */
function isCrowded(text: string, bracket: string): boolean {
  let count = 0
  for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
    if (++count > deepest / 2) return true
  }
  return false
}

function isEscaped(text: string, quote: number): boolean {
  let slashes = 0
  while (text.charCodeAt(quote - 1 - slashes) === 0x5c) slashes++
  return slashes % 2 === 1
}
