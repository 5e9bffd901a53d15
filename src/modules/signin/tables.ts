export type SignInTables = {
  identity: IdentityRow
  sign_in_step: SignInStepRow
  totp: TotpRow
  recovery_code: RecoveryCodeRow
  passkey: PasskeyRow
  second_factor_rule: SecondFactorRuleRow
}

/** By issuer, so that a provider that is configured in another's place opens none of its accounts. */
export type IdentityRow = { issuer: string; subject: string; person_id: string; created_at: string }

/** Something that began and waits for the browser to come back. `id` is a hash, `data` is sealed. */
export type SignInStepRow = {
  id: string
  kind: string
  person_id: string | null
  data: string
  expires_at: string
}

/** `last_step`: the time step, of 30 s, of the last code that was taken. */
export type TotpRow = {
  person_id: string
  secret: string
  created_at: string
  confirmed_at: string | null
  last_step: number
}

export type RecoveryCodeRow = { person_id: string; hash: string; used_at: string | null }

export type PasskeyRow = {
  id: string
  credential: string
  person_id: string
  name: string
  public_key: string
  counter: number
  transports: string
  created_at: string
  last_used_at: string | null
  suspended_at: string | null
}

export type SecondFactorRuleRow = { workspace: string; role: string }
