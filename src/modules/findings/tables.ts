import type { Severity } from '../registry/schema.ts'
import type { FindingState } from './schema.ts'

export type FindingTables = { finding: FindingRow; finding_comment: FindingCommentRow }

/** `version_id` is null for a finding on the whole model. A row is never deleted. */
export type FindingRow = {
  id: string
  model_id: string
  version_id: string | null
  version: number | null
  title: string
  description: string
  severity: Severity
  state: FindingState
  owner: string
  due_at: string
  cause: string
  plan: string
  opened_by: string
  opened_at: string
  proof: string | null
  resolved_by: string | null
  resolved_at: string | null
  verification: string | null
  verified_by: string | null
  closed_at: string | null
}

export type FindingCommentRow = { id: string; finding_id: string; text: string; said_by: string; said_at: string }
