import type { Db, Tx } from '../../db/database.ts'
import { inParts } from '../../db/in-parts.ts'
import type { FoundObject } from './objects.ts'
import type { EntryRow, ObjectRow, RequestRow } from './tables.ts'

/** States in which something is still expected of somebody. */
export const openStates = ['asked', 'returned', 'answered'] as const

export function findRequest(db: Db, id: string): Promise<RequestRow | undefined> {
  return db.selectFrom('auditor_request').selectAll().where('id', '=', id).executeTakeFirst()
}

export type RequestFilter = {
  state: 'open' | 'all'
  /** Only those of these seats. */
  seats?: readonly string[] | undefined
  assignee?: string | undefined
}

/** What is due first comes first; at most 500. */
export function listRequests(db: Db, { state, seats, assignee }: RequestFilter): Promise<RequestRow[]> {
  if (seats?.length === 0) return Promise.resolve([])
  let query = db.selectFrom('auditor_request').selectAll()
  if (state === 'open') query = query.where('state', 'in', [...openStates])
  if (seats) query = query.where('seat_id', 'in', [...seats])
  if (assignee !== undefined) query = query.where('assignee', '=', assignee)
  return query.orderBy('due_at').orderBy('id').limit(500).execute()
}

/** Requests of which somebody is to be reminded by now. */
export function dueReminders(db: Db, now: string): Promise<RequestRow[]> {
  return db
    .selectFrom('auditor_request')
    .selectAll()
    .where('remind_at', '<=', now)
    .orderBy('remind_at')
    .orderBy('id')
    .limit(500)
    .execute()
}

export async function insertRequest(tx: Tx, row: RequestRow): Promise<void> {
  await tx.insertInto('auditor_request').values(row).execute()
}

/** Compare-and-set: false when another step was taken meanwhile. */
export async function changeRequest(tx: Tx, { id, entries }: RequestRow, set: Partial<RequestRow>): Promise<boolean> {
  const result = await tx
    .updateTable('auditor_request')
    .set(set)
    .where('id', '=', id)
    .where('entries', '=', entries)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** False when somebody else has set it meanwhile. */
export async function setReminder(tx: Tx, { id, remind_at }: RequestRow, next: string | null): Promise<boolean> {
  const result = await tx
    .updateTable('auditor_request')
    .set({ remind_at: next })
    .where('id', '=', id)
    .where('remind_at', '=', remind_at)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function insertEntry(tx: Tx, entry: EntryRow, objects: readonly FoundObject[]): Promise<void> {
  await tx.insertInto('auditor_request_entry').values(entry).execute()
  const { request_id, number } = entry
  const rows = objects.map((object, position): ObjectRow => ({ request_id, entry: number, position, ...object }))
  if (rows.length > 0) await tx.insertInto('auditor_request_object').values(rows).execute()
}

/** Oldest first. */
export function entriesOf(db: Db, id: string): Promise<EntryRow[]> {
  return db.selectFrom('auditor_request_entry').selectAll().where('request_id', '=', id).orderBy('number').execute()
}

export function objectsOf(db: Db, id: string): Promise<ObjectRow[]> {
  return db
    .selectFrom('auditor_request_object')
    .selectAll()
    .where('request_id', '=', id)
    .orderBy('entry')
    .orderBy('position')
    .execute()
}

/** What requests are about: the objects of their first step. */
export function askedObjects(db: Db, ids: readonly string[]): Promise<ObjectRow[]> {
  return inParts(ids, (part) =>
    db
      .selectFrom('auditor_request_object')
      .selectAll()
      .where('request_id', 'in', part)
      .where('entry', '=', 1)
      .orderBy('request_id')
      .orderBy('position')
      .execute(),
  )
}
