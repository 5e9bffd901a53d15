import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { sha256 } from '../../lib/digest.ts'

const prefix = 'mk_'

/** A token's secret: prefix, 32 random bytes and a checksum, so that scanners recognise it and typing errors are told apart. */
export function newTokenSecret(): string {
  const body = randomBytes(32).toString('base64url')
  return `${prefix}${body}${checksum(body)}`
}

export function looksLikeToken(secret: string): boolean {
  if (!secret.startsWith(prefix) || secret.length !== prefix.length + 43 + 8) return false
  const body = secret.slice(prefix.length, prefix.length + 43)
  return secret.endsWith(checksum(body))
}

/** What is stored: the secret has 256 random bits, so one hash is enough. */
export const hashSecret = (secret: string): string => sha256(secret)

export const newSessionSecret = (): string => randomBytes(32).toString('base64url')

function checksum(body: string): string {
  return crc32(body).toString(16).padStart(8, '0')
}
