export type AccessTables = {
  person: PersonRow
  person_grant: PersonGrantRow
  session: SessionRow
  token: TokenRow
  sign_in_failure: SignInFailureRow
  custom_role: CustomRoleRow
  auditor_seat: AuditorSeatRow
  sign_in_attempt: SignInAttemptRow
  workspace_account: WorkspaceAccountRow
  personal_key: PersonalKeyRow
}

/** The account holds, or held, a role in the workspace. */
export type WorkspaceAccountRow = { workspace: string; person_id: string }

/** `key_id` and `public_key` as everywhere: `ed25519:…` and base64 of the SubjectPublicKeyInfo. */
export type PersonalKeyRow = {
  id: string
  person_id: string
  name: string
  key_id: string
  public_key: string
  enrolled_at: string
  revoked_at: string | null
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

/** `source` is null for a role that somebody gave, else the provider whose group gives it, such as `oidc:keycloak`. */
export type PersonGrantRow = {
  person_id: string
  workspace: string
  role: string
  model: string
  source: string | null
}

/**
 * `id` is the SHA-256 of the cookie's value, so that a copy of the table opens no session; `public_id` names it to its owner.
 * `pending` says what must happen before the session opens anything else.
 */
export type SessionRow = {
  id: string
  public_id: string
  person_id: string
  csrf: string
  created_at: string
  seen_at: string
  expires_at: string
  method: string
  agent: string
  provider: string | null
  pending: 'second_factor' | null
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
  /** The one workspace that it opens; null for all of its owner. */
  workspace: string | null
  /** The secret before the last rotation, and until when it still counts. */
  previous_hash: string | null
  previous_until: string | null
  rotated_at: string | null
}

export type SignInFailureRow = { login: string; failures: number; last_at: string }

export type CustomRoleRow = {
  workspace: string
  name: string
  description: string
  permissions: string
  version: number
  updated_at: string
}

/** `models` is JSON, or null for the whole workspace. */
export type AuditorSeatRow = {
  id: string
  workspace: string
  person_id: string
  models: string | null
  reason: string
  opened_by: string
  opened_at: string
  ends_at: string
  closed_at: string | null
}

/** `login` is a digest. A row of one of the two alone has the empty text for the other. */
export type SignInAttemptRow = {
  login: string
  address: string
  failures: number
  last_at: string
  succeeded_at: string | null
}
