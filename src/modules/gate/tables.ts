import type { RevocationCause } from './schema.ts'

export type GateTables = { verdict: VerdictRow; verdict_revocation: RevocationRow }

/** `body` is the whole verdict as it was given, signed envelope included; the columns beside it are its index. */
export type VerdictRow = {
  id: string
  model_id: string
  version_id: string
  version: number
  environment: string
  outcome: 'allowed' | 'waived' | 'denied'
  asked_by: string
  issued_at: string
  expires_at: string | null
  body: string
}

/** `serial` counts revocations from 1; `expires_at` is when the verdict ends by itself. */
export type RevocationRow = {
  serial: number
  verdict_id: string
  model_id: string
  version_id: string
  environment: string
  cause: RevocationCause
  reason: string
  revoked_by: string
  revoked_at: string
  expires_at: string
}
