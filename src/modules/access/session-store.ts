import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import type { PersonId } from '../audit/schema.ts'
import type { SessionRow } from './tables.ts'

export async function insertSession(tx: Tx, row: SessionRow): Promise<void> {
  await tx.insertInto('session').values(row).execute()
}

export async function findSession(db: Db, id: string): Promise<Selectable<SessionRow> | undefined> {
  return db.selectFrom('session').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Those that have not ended, the one used last first. */
export async function listSessions(db: Db, person: PersonId, now: string): Promise<Selectable<SessionRow>[]> {
  return db
    .selectFrom('session')
    .selectAll()
    .where('person_id', '=', person)
    .where('expires_at', '>', now)
    .orderBy('seen_at', 'desc')
    .orderBy('public_id')
    .execute()
}

/** Bookkeeping outside the trail: when a session was used last, to the minute. */
export async function touchSession(tx: Tx, id: string, at: string): Promise<void> {
  await tx.updateTable('session').set({ seen_at: at }).where('id', '=', id).execute()
}

export async function deleteSession(tx: Tx, id: string): Promise<boolean> {
  const result = await tx.deleteFrom('session').where('id', '=', id).executeTakeFirst()
  return result.numDeletedRows === 1n
}

export async function deleteSessionOf(tx: Tx, person: PersonId, publicId: string): Promise<boolean> {
  const query = tx.deleteFrom('session').where('person_id', '=', person).where('public_id', '=', publicId)
  return (await query.executeTakeFirst()).numDeletedRows === 1n
}

/** Ends all of a person's sessions but one, and says how many. */
export async function deleteSessionsOf(tx: Tx, id: PersonId, except?: string): Promise<number> {
  const query = tx.deleteFrom('session').where('person_id', '=', id)
  const result = await (except ? query.where('id', '!=', except) : query).executeTakeFirst()
  return Number(result.numDeletedRows)
}

/** Sessions that are over are kept for nobody. */
export async function deleteEnded(tx: Tx, now: string): Promise<void> {
  await tx.deleteFrom('session').where('expires_at', '<=', now).execute()
}
