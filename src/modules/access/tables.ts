export type AccessTables = {
  person: PersonRow
  person_grant: PersonGrantRow
  session: SessionRow
  token: TokenRow
  sign_in_failure: SignInFailureRow
}

export type PersonRow = {
  id: string
  login: string
  name: string
  kind: 'person' | 'service'
  password_hash: string | null
  created_at: string
  disabled_at: string | null
}

export type PersonGrantRow = { person_id: string; workspace: string; role: string; model: string }

/** `id` is the SHA-256 of the cookie's value, so that a copy of the table opens no session. */
export type SessionRow = {
  id: string
  person_id: string
  csrf: string
  created_at: string
  seen_at: string
  expires_at: string
}

export type TokenRow = {
  id: string
  person_id: string
  name: string
  hash: string
  hint: string
  scopes: string | null
  created_at: string
  expires_at: string
  last_used_at: string | null
  revoked_at: string | null
}

export type SignInFailureRow = { login: string; failures: number; last_at: string }
