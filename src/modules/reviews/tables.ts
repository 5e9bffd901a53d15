export type ReviewTables = {
  review: ReviewRow
  decision: DecisionRow
  scan_waiver: ScanWaiverRow
  requirement_waiver: RequirementWaiverRow
}

/** `scope` is what was there when somebody asked, so that a later difference can be named. */
export type ReviewRow = {
  id: string
  model_id: string
  version_id: string
  version: number
  environment: string
  state: 'open' | 'approved' | 'rejected' | 'withdrawn'
  requested_by: string
  requested_at: string
  note: string
  scope: string
  closed_at: string | null
}

/** `document` is the canonical text that was hashed and signed, byte by byte; the columns beside it are its index. */
export type DecisionRow = {
  id: string
  review_id: string
  model_id: string
  version_id: string
  version: number
  environment: string
  outcome: 'approved' | 'rejected'
  decided_by: string
  decided_at: string
  scope_digest: string
  digest: string
  document: string
  key_id: string
  signature: string
}

/** A finding is named by path, rule and what was found; those of a version never change. */
export type ScanWaiverRow = {
  id: string
  model_id: string
  version_id: string
  version: number
  path: string
  rule: string
  what: string
  reason: string
  until: string
  given_by: string
  given_at: string
  withdrawn_at: string | null
  withdrawn_by: string | null
}

/** A requirement is named by policy and rule; `rule_digest` is over the rule as it was worded, `roles` a JSON list of names. */
export type RequirementWaiverRow = {
  id: string
  model_id: string
  version_id: string
  version: number
  environment: string
  policy: string
  policy_version: number
  requirement: string
  title: string
  rule_digest: string
  reason: string
  control: string
  roles: string
  until: string
  given_by: string
  given_at: string
  withdrawn_at: string | null
  withdrawn_by: string | null
}
