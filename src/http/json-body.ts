import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import { badRequest } from '../lib/errors.ts'
import { isStorableThroughout } from '../lib/text.ts'

const deepest = 64

/** JSON bodies: UTF-8 or refused, and never deeper than a handler could walk. */
export function parseJsonBodies(app: FastifyInstance) {
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_req, body, done) => {
    try {
      done(null, parseJson(body as Buffer))
    } catch (error) {
      done(error as Error)
    }
  })
}

export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined
  if (!isUtf8(body)) throw badRequest('the body is not UTF-8')
  if (depthOf(body) > deepest) throw badRequest(`the body is nested deeper than ${deepest} levels`)
  const value = parsed(body.toString('utf8'))
  if (!isStorableThroughout(value)) throw badRequest('the body has a NUL character or half of a surrogate pair')
  return value
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest('the body is not JSON')
  }
}

/** Nesting, strings left out. */
function depthOf(body: Buffer): number {
  let depth = 0
  let most = 0
  let inString = false
  for (let i = 0; i < body.length; i++) {
    const byte = body[i]
    if (inString) {
      if (byte === 0x5c) i++
      else if (byte === 0x22) inString = false
    } else if (byte === 0x22) inString = true
    else if (byte === 0x5b || byte === 0x7b) most = Math.max(most, ++depth)
    else if (byte === 0x5d || byte === 0x7d) depth--
  }
  return most
}
