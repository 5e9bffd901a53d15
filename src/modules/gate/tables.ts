export type GateTables = { verdict: VerdictRow }

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
  body: string
}
