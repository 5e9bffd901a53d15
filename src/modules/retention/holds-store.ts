import type { Db, Tx } from '../../db/database.ts'
import { inParts } from '../../db/in-parts.ts'
import type { HoldSubject } from './schema.ts'
import type { HoldRow } from './tables.ts'

export async function insertHold(tx: Tx, row: HoldRow): Promise<void> {
  await tx.insertInto('retention_hold').values(row).execute()
}

export async function findHold(db: Db, id: string): Promise<HoldRow | undefined> {
  return db.selectFrom('retention_hold').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Newest first. */
export async function listHolds(db: Db, { lifted }: { lifted: boolean }): Promise<HoldRow[]> {
  const query = db.selectFrom('retention_hold').selectAll().orderBy('id', 'desc').limit(500)
  return (lifted ? query : query.where('lifted_at', 'is', null)).execute()
}

/** False when it had been lifted by then. */
export async function liftHold(
  tx: Tx,
  id: string,
  lifted: Pick<HoldRow, 'lifted_by' | 'lifted_at' | 'lift_reason'>,
): Promise<boolean> {
  const result = await tx
    .updateTable('retention_hold')
    .set(lifted)
    .where('id', '=', id)
    .where('lifted_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** The holds that stand over things of one kind, by their id. */
export async function holdsOver(db: Db, kind: HoldSubject, ids: readonly string[]): Promise<Map<string, HoldRow[]>> {
  const unique = [...new Set(ids)].filter((id) => id !== '')
  const found = await inParts(unique, (part) =>
    db
      .selectFrom('retention_hold')
      .selectAll()
      .where('kind', '=', kind)
      .where('subject_id', 'in', part)
      .where('lifted_at', 'is', null)
      .orderBy('id')
      .execute(),
  )
  return Map.groupBy(found, (row) => row.subject_id)
}

export async function anyHold(db: Db): Promise<boolean> {
  const row = await db
    .selectFrom('retention_hold')
    .select('id')
    .where('lifted_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
