import { hash } from 'node:crypto'
import type { Digest } from './ids.ts'
import { canonicalJson } from './json.ts'

export function sha256(bytes: string | Uint8Array): Digest {
  return `sha256:${hash('sha256', bytes, 'hex')}`
}

/** SHA-256 over the RFC 8785 canonical JSON of a value. */
export function digestOf(value: unknown): Digest {
  return sha256(canonicalJson(value))
}
