import type { Db, Tx } from '../../db/database.ts'
import type { SeatId } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'
import type { SeatRead, SeatReadId, SeatReadQuery } from './schema.ts'
import type { SeatReadRow } from './tables.ts'

/** Rows go in without an event of their own: the batch that takes them up is the event. */
export async function insertRead(tx: Tx, row: SeatReadRow): Promise<void> {
  await tx.insertInto('seat_read').values(row).execute()
}

export function waitingReads(db: Db, limit: number): Promise<SeatReadRow[]> {
  return db
    .selectFrom('seat_read')
    .selectAll()
    .where('batch', 'is', null)
    .orderBy('seat_id')
    .orderBy('id')
    .limit(limit)
    .execute()
}

export async function setBatch(tx: Tx, ids: readonly string[], batch: string): Promise<number> {
  const result = await tx
    .updateTable('seat_read')
    .set({ batch })
    .where('id', 'in', [...ids])
    .where('batch', 'is', null)
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}

/** Newest first. */
export async function listReads(db: Db, seat: SeatId, { before, limit }: SeatReadQuery): Promise<SeatRead[]> {
  let rows = db.selectFrom('seat_read').selectAll().where('seat_id', '=', seat).orderBy('id', 'desc').limit(limit)
  if (before !== undefined) rows = rows.where('id', '<', before)
  return (await rows.execute()).map(({ seat_id, person_id, batch, id, ...row }) => ({
    ...row,
    id: id as SeatReadId,
    seat: seat_id as SeatId,
    person: person_id as PersonId,
    in_trail: batch !== null,
  }))
}

export async function countReads(db: Db, seats: readonly string[]): Promise<number> {
  if (seats.length === 0) return 0
  const row = await db
    .selectFrom('seat_read')
    .where('seat_id', 'in', [...seats])
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirst()
  return Number(row?.n ?? 0)
}

export function modelIds(db: Db, names: readonly string[]): Promise<{ id: string; name: string }[]> {
  if (names.length === 0) return Promise.resolve([])
  return db
    .selectFrom('model')
    .select(['id', 'name'])
    .where('name', 'in', [...names])
    .where('deleted_at', 'is', null)
    .execute()
}
