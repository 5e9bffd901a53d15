import type { Db, Tx } from '../../db/database.ts'
import { DecisionResult, type Evidence, type EvidenceId, type StoredDecision } from './schema.ts'
import { findEvidence } from './store.ts'

/** Rows of one statement, which may have only so many values. */
const mostAtOnce = 200

export async function insertDecisions(
  tx: Tx,
  evidence: EvidenceId,
  decisions: readonly StoredDecision[],
): Promise<void> {
  for (let from = 0; from < decisions.length; from += mostAtOnce) {
    await tx
      .insertInto('evidence_decision')
      .values(
        decisions.slice(from, from + mostAtOnce).map(({ id, result }) => ({
          evidence_id: evidence,
          decision: id,
          content: JSON.stringify(result),
        })),
      )
      .execute()
  }
}

/** Every decision that is kept with a piece of evidence, in the order of its rows. */
export async function decisionsOf(db: Db, evidence: EvidenceId): Promise<StoredDecision[]> {
  const rows = await db.selectFrom('evidence_decision').selectAll().where('evidence_id', '=', evidence).execute()
  return rows
    .map(({ decision, content }) => ({ id: decision, result: DecisionResult.parse(JSON.parse(content)) }))
    .sort((a, b) => a.result.row - b.result.row)
}

/** Evidence of a version that keeps a decision, newest first. */
export async function evidenceWithDecision(db: Db, versionId: string, decision: string): Promise<Evidence[]> {
  const rows = await db
    .selectFrom('evidence_decision')
    .innerJoin('evidence', 'evidence.id', 'evidence_decision.evidence_id')
    .select('evidence.id')
    .where('evidence.version_id', '=', versionId)
    .where('evidence_decision.decision', '=', decision)
    .orderBy('evidence.collected_at', 'desc')
    .orderBy('evidence.id', 'desc')
    .limit(50)
    .execute()
  const found = await Promise.all(rows.map(({ id }) => findEvidence(db, id as EvidenceId)))
  return found.flatMap((stored) => (stored ? [stored.evidence] : []))
}
