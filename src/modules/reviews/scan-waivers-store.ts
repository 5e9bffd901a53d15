import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import { prepared } from '../../db/prepared.ts'
import { ScanRule } from '../artifacts/schema.ts'
import type { PersonId } from '../audit/schema.ts'
import type { ScanWaiver, WaiverId } from './schema.ts'
import type { ScanWaiverRow } from './tables.ts'

export type StoredWaiver = Selectable<ScanWaiverRow>

/** The model's name is the present one, which may not be the one of then. */
export function toWaiver(row: StoredWaiver, model: string, now: string): ScanWaiver {
  const { id, version, path, what, reason, until, given_by, given_at, withdrawn_at, withdrawn_by } = row
  return {
    kind: 'scan',
    id: id as WaiverId,
    model,
    version,
    path,
    rule: ScanRule.parse(row.rule),
    what,
    reason,
    until,
    given_by: given_by as PersonId,
    given_at,
    withdrawn_at,
    withdrawn_by: withdrawn_by as PersonId | null,
    state: stateOf(row, now),
  }
}

export function stateOf(row: { withdrawn_at: string | null; until: string }, now: string): ScanWaiver['state'] {
  if (row.withdrawn_at !== null) return 'withdrawn'
  return row.until > now ? 'active' : 'ended'
}

export function findWaiver(db: Db, id: string): Promise<StoredWaiver | undefined> {
  return db.selectFrom('scan_waiver').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Newest first, those that ended too. */
export function waiversOf(db: Db, version_id: string): Promise<StoredWaiver[]> {
  return db.selectFrom('scan_waiver').selectAll().where('version_id', '=', version_id).orderBy('id', 'desc').execute()
}

/** Those that count at a moment, as a snapshot holds them. */
export async function waiversAt(db: Db, version_id: string, now: string) {
  const rows = await holding(db, version_id, now, now)
  return rows.map((row) => ({ ...row, given_by: row.given_by as PersonId }))
}

const holding = prepared((db, version_id: string, from: string, until: string) =>
  db
    .selectFrom('scan_waiver')
    .select(['path', 'rule', 'what', 'until', 'given_by'])
    .where('version_id', '=', version_id)
    .where('withdrawn_at', 'is', null)
    .where('given_at', '<=', from)
    .where('until', '>', until)
    .orderBy('id'),
)

export async function insertWaiver(tx: Tx, row: ScanWaiverRow): Promise<void> {
  await tx.insertInto('scan_waiver').values(row).execute()
}

/** Compare-and-set: false when it was withdrawn before. */
export async function withdrawWaiver(tx: Tx, id: string, by: PersonId, at: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('scan_waiver')
    .set({ withdrawn_at: at, withdrawn_by: by })
    .where('id', '=', id)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
