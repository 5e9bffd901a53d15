export type AuditTables = {
  audit_event: AuditEventRow
  audit_about: AuditAboutRow
  audit_node: AuditNodeRow
  audit_head: AuditHeadRow
  audit_checkpoint: AuditCheckpointRow
}

/** `body` is the canonical JSON that the leaf hash covers; the columns beside it are its index. */
export type AuditEventRow = {
  position: number
  at: string
  actor_id: string
  action: string
  subject: string
  body: string
}

export type AuditAboutRow = { thing: string; position: number }

/** Complete nodes of the Merkle tree; level 0 holds the leaf hashes. Hashes are hexadecimal. */
export type AuditNodeRow = { level: number; position: number; hash: string }

export type AuditHeadRow = { id: number; size: number; frontier: string }

export type AuditCheckpointRow = { size: number; note: string; taken_at: string }
