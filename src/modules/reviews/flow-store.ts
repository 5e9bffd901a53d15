import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import type { Digest } from '../../lib/ids.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Delegation, DelegationId, NoteKey, PrivateNote, ReviewTurn, TurnId } from './schema.ts'
import type { ReviewDelegationRow, ReviewRow, ReviewTurnRow } from './tables.ts'

export function toTurn({ review_id: _review, ...row }: Selectable<ReviewTurnRow>): ReviewTurn {
  return {
    ...row,
    id: row.id as TurnId,
    said_by: row.said_by as PersonId,
    requirements: JSON.parse(row.requirements) as string[],
    scope_digest: row.scope_digest as Digest,
  }
}

/** Oldest first. */
export async function turnsOf(db: Db, review_id: string): Promise<ReviewTurn[]> {
  const rows = await db
    .selectFrom('review_turn')
    .selectAll()
    .where('review_id', '=', review_id)
    .orderBy('said_at')
    .orderBy('id')
    .execute()
  return rows.map(toTurn)
}

export async function insertTurn(tx: Tx, row: ReviewTurnRow): Promise<void> {
  await tx.insertInto('review_turn').values(row).execute()
}

/** When the round began that is going on. */
export async function roundBegan(db: Db, { id, requested_at }: Pick<ReviewRow, 'id' | 'requested_at'>) {
  const turn = (await turnsOf(db, id)).findLast(({ kind }) => kind === 'resubmitted')
  return turn?.said_at ?? requested_at
}

export function toDelegation(row: Selectable<ReviewDelegationRow>, now: string): Delegation {
  return {
    id: row.id as DelegationId,
    from: row.from_person as PersonId,
    to: row.to_person as PersonId,
    ends_at: row.ends_at,
    reason: row.reason,
    given_at: row.given_at,
    state: row.ends_at > now ? 'active' : 'ended',
  }
}

/** Oldest first. */
export async function delegationsOf(db: Db, review_id: string, now: string): Promise<Delegation[]> {
  const rows = await db
    .selectFrom('review_delegation')
    .selectAll()
    .where('review_id', '=', review_id)
    .orderBy('given_at')
    .orderBy('id')
    .execute()
  return rows.map((row) => toDelegation(row, now))
}

export async function insertDelegation(tx: Tx, row: ReviewDelegationRow): Promise<void> {
  await tx.insertInto('review_delegation').values(row).execute()
}

/** False when it has ended already. */
export async function endDelegation(tx: Tx, id: string, at: string): Promise<boolean> {
  const result = await tx
    .updateTable('review_delegation')
    .set({ ends_at: at })
    .where('id', '=', id)
    .where('ends_at', '>', at)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

// Notes are one person's own; nothing about them is recorded until they are said.

export async function notesOf(db: Db, review_id: string, person_id: string): Promise<PrivateNote[]> {
  const rows = await db
    .selectFrom('review_note')
    .select(['requirement', 'text', 'changed_at'])
    .where('review_id', '=', review_id)
    .where('person_id', '=', person_id)
    .orderBy('requirement')
    .execute()
  return rows.map(({ requirement, ...note }) => ({ ...note, about: requirement as NoteKey }))
}

export async function putNote(tx: Tx, review_id: string, person_id: string, { about, text, changed_at }: PrivateNote) {
  await removeNotes(tx, review_id, person_id, [about])
  if (text.trim() === '') return
  await tx.insertInto('review_note').values({ review_id, person_id, requirement: about, text, changed_at }).execute()
}

export async function removeNotes(tx: Tx, review_id: string, person_id: string, about: readonly NoteKey[]) {
  await tx
    .deleteFrom('review_note')
    .where('review_id', '=', review_id)
    .where('person_id', '=', person_id)
    .where('requirement', 'in', [...about])
    .execute()
}

/** Open reviews of what is there, of which somebody is to be told or that are past the moment at which they are closed. */
export function dueReviews(db: Db, now: string) {
  return db
    .selectFrom('review as r')
    .innerJoin('model as m', 'm.id', 'r.model_id')
    .innerJoin('version_status as s', 's.version_id', 'r.version_id')
    .selectAll('r')
    .where('r.state', '=', 'open')
    .where('m.deleted_at', 'is', null)
    .where('s.deleted_at', 'is', null)
    .where((eb) => eb.or([eb('r.remind_at', '<=', now), eb('r.expires_at', '<=', now)]))
    .orderBy('r.requested_at')
    .orderBy('r.id')
    .limit(500)
    .execute()
}

/** Compare-and-set: false when another server has told them, or the review is no longer open. */
export async function setReminder(tx: Tx, { id, remind_at }: Pick<ReviewRow, 'id' | 'remind_at'>, next: string | null) {
  const result = await tx
    .updateTable('review')
    .set({ remind_at: next })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .where('remind_at', '=', remind_at)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function setDeadlines(
  tx: Tx,
  id: string,
  deadlines: Pick<ReviewRow, 'due_at' | 'remind_at' | 'expires_at'>,
): Promise<void> {
  await tx.updateTable('review').set(deadlines).where('id', '=', id).execute()
}
