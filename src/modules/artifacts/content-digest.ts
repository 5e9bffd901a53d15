import { badRequest } from '../../lib/errors.ts'
import type { Digest } from '../../lib/ids.ts'

/** The digest that an upload announces in RFC 9530's `Content-Digest: sha-256=:<base64>:`; other algorithms are not asked. */
export function announcedDigest(header: string | string[] | undefined): Digest | undefined {
  const text = Array.isArray(header) ? header.join(',') : header
  const [, base64] = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]+={0,2}):/.exec(text ?? '') ?? []
  if (base64 === undefined) return undefined
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length !== 32) throw badRequest('content-digest: sha-256 has 32 bytes')
  return `sha256:${bytes.toString('hex')}`
}
