import type { HoldSubject, PurgeKind, PurgeState, RuleState } from './schema.ts'

export type RetentionTables = {
  retention_hold: HoldRow
  retention_rule: RuleRow
  /** When a rule, or the collection of bytes, is due; whoever moves it on does the work. */
  retention_schedule: { name: string; next_at: string }
  retention_setting: { id: number; grace_days: number }
  purge: PurgeRow
  purge_item: PurgeItemRow
  collection: CollectionRow
  /** Bytes that nothing refers to, and since when. */
  blob_garbage: { digest: string; size: number; seen_at: string }
}

export type HoldRow = {
  id: string
  kind: HoldSubject
  subject_id: string
  reason: string
  placed_by: string
  placed_at: string
  lifted_by: string | null
  lifted_at: string | null
  lift_reason: string | null
}

/** A rule's newest version stands; the others are its history. `document` is the input as JSON. */
export type RuleRow = {
  id: string
  version: number
  state: RuleState
  document: string
  created_by: string
  created_at: string
}

/** `selection` and `totals` are JSON. */
export type PurgeRow = {
  id: string
  rule_id: string | null
  rule_version: number | null
  selection: string
  reason: string
  state: PurgeState
  job_id: string
  progress: number
  totals: string
  error: string | null
  requested_by: string
  requested_at: string
  finished_at: string | null
}

/** `emptying` is a run whose row is gone and whose points are not yet. `is_part` goes because something around it goes. */
export type PurgeItemRow = {
  purge_id: string
  position: number
  kind: PurgeKind
  subject_id: string
  is_part: 0 | 1
  state: 'pending' | 'emptying' | 'gone' | 'kept' | 'missing'
  holders: string | null
}

export type CollectionRow = {
  id: string
  state: PurgeState
  job_id: string
  /** The last digest that was looked at. */
  place: string
  totals: string
  error: string | null
  requested_by: string
  requested_at: string
  finished_at: string | null
}
