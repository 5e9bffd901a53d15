import type { Evaluation, Evidence, EvidenceKind } from './schema.ts'

export type EvaluationTables = {
  protocol_version: ProtocolVersionRow
  evaluation: EvaluationRow
  evidence: EvidenceRow
  evaluation_finding: EvaluationFindingRow
  evidence_decision: EvidenceDecisionRow
}

export type ProtocolVersionRow = {
  model_id: string
  version: number
  digest: string
  document: string
  created_at: string
  created_by: string
}

export type EvaluationRow = {
  id: string
  model_id: string
  version_id: string
  version: number
  dataset_digest: string
  protocol_version: number
  kinds: string
  source: string | null
  job_id: string
  state: Evaluation['state']
  progress: number
  phase: string
  error: string | null
  requested_by: string
  created_at: string
  finished_at: string | null
}

/** Rows are written once and never changed. */
export type EvidenceRow = {
  id: string
  evaluation_id: string | null
  kind: EvidenceKind
  model_id: string
  version_id: string
  version_digest: string
  inputs: string
  method_name: string
  method_version: string
  parameters: string
  result: string
  source: Evidence['source']
  collected_at: string
  collected_by: string
  valid_until: string | null
  digest: string
}

/** A kind that is finished while its evaluation is not. */
export type EvaluationFindingRow = {
  evaluation_id: string
  kind: EvidenceKind
  finding: string
}

/** The reason codes of one decision. */
export type EvidenceDecisionRow = {
  evidence_id: string
  /** Its id, as words. */
  decision: string
  content: string
}
