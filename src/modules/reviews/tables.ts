export type ReviewTables = {
  review: ReviewRow
  requirement_waiver: RequirementWaiverRow
  review_turn: ReviewTurnRow
  review_delegation: ReviewDelegationRow
  review_note: ReviewNoteRow
  approval_condition: ConditionRow
  decision: DecisionRow
  scan_waiver: ScanWaiverRow
  approval_watch: ApprovalWatchRow
}

/** `scope` is what was there when somebody asked, so that a later difference can be named. */
export type ReviewRow = {
  id: string
  model_id: string
  version_id: string
  version: number
  environment: string
  state: 'open' | 'changes_requested' | 'approved' | 'rejected' | 'withdrawn' | 'expired'
  round: number
  requested_by: string
  requested_at: string
  note: string
  scope: string
  due_at: string | null
  /** When somebody is told next that it waits; null when nobody is. */
  remind_at: string | null
  expires_at: string | null
  closed_at: string | null
}

export type ReviewTurnRow = {
  id: string
  review_id: string
  round: number
  kind: 'changes_requested' | 'resubmitted'
  said_by: string
  said_at: string
  text: string
  /** A JSON array of `policy/rule`. */
  requirements: string
  scope_digest: string
}

export type ReviewDelegationRow = {
  id: string
  review_id: string
  from_person: string
  to_person: string
  ends_at: string
  reason: string
  given_at: string
}

/** `warn_at` is when people are warned next; `lapsed_at` when it was noticed that the approval has lapsed. */
export type ConditionRow = {
  id: string
  decision_id: string
  review_id: string
  model_id: string
  version_id: string
  version: number
  environment: string
  text: string
  owner: string
  due_at: string
  set_by: string
  set_at: string
  warn_at: string | null
  report: string | null
  reported_at: string | null
  proof: string | null
  /** A JSON array of ids. */
  evidence: string
  confirmed_by: string | null
  confirmed_at: string | null
  lapsed_at: string | null
}

/** Private to one person, so that it is no governed data; it leaves no event. */
export type ReviewNoteRow = {
  review_id: string
  person_id: string
  requirement: string
  text: string
  changed_at: string
}

/** `document` is the canonical text that was hashed and signed, byte by byte; the columns beside it are its index. */
export type DecisionRow = {
  id: string
  review_id: string
  round: number
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

/** `digest` is over what differs, so that a further change is seen. */
export type ApprovalWatchRow = {
  decision_id: string
  state: 'covers' | 'tolerated' | 'lapsed'
  digest: string
  seen_at: string
}
