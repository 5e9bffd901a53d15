import type { Db, Tx } from '../../db/database.ts'
import type { ApprovalWatchRow } from './tables.ts'

/** Versions before environments that somebody decided about; those of some models, where they are named. */
export function decidedPlacesOf(db: Db, models: readonly string[] | undefined) {
  let query = db
    .selectFrom('decision')
    .select(['version_id', 'environment'])
    .groupBy(['version_id', 'environment'])
    .orderBy('version_id')
    .orderBy('environment')
  if (models !== undefined) query = query.where('model_id', 'in', models)
  return query.limit(2000).execute()
}

export async function seenOf(db: Db, decisions: readonly string[]): Promise<Map<string, ApprovalWatchRow>> {
  if (decisions.length === 0) return new Map()
  const rows = await db.selectFrom('approval_watch').selectAll().where('decision_id', 'in', decisions).execute()
  return new Map(rows.map((row) => [row.decision_id, row]))
}

/** Compare-and-set: false when another server has seen it meanwhile. */
export async function see(tx: Tx, before: ApprovalWatchRow | undefined, row: ApprovalWatchRow): Promise<boolean> {
  if (!before) {
    const added = await tx
      .insertInto('approval_watch')
      .values(row)
      .onConflict((conflict) => conflict.column('decision_id').doNothing())
      .executeTakeFirst()
    return added.numInsertedOrUpdatedRows === 1n
  }
  const changed = await tx
    .updateTable('approval_watch')
    .set(row)
    .where('decision_id', '=', row.decision_id)
    .where('state', '=', before.state)
    .where('digest', '=', before.digest)
    .executeTakeFirst()
  return changed.numUpdatedRows === 1n
}
