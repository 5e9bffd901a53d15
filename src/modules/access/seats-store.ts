import type { Db, Tx } from '../../db/database.ts'
import type { PersonId } from '../audit/schema.ts'
import { acquaint } from './acquaintance-store.ts'
import type { Seat, SeatId } from './schema.ts'
import type { AuditorSeatRow } from './tables.ts'

function toSeat({ person_id, models, ...row }: AuditorSeatRow): Seat {
  return {
    ...row,
    id: row.id as SeatId,
    person: person_id as PersonId,
    models: models === null ? null : (JSON.parse(models) as string[]),
    opened_by: row.opened_by as Seat['opened_by'],
  }
}

/** The newest first. */
export async function listSeats(db: Db, workspace: string, person?: PersonId): Promise<Seat[]> {
  const all = db.selectFrom('auditor_seat').selectAll().where('workspace', '=', workspace).orderBy('id', 'desc')
  return (await (person === undefined ? all : all.where('person_id', '=', person)).execute()).map(toSeat)
}

export async function findSeat(db: Db, workspace: string, id: SeatId): Promise<Seat | undefined> {
  const row = await db
    .selectFrom('auditor_seat')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toSeat(row)
}

export async function insertSeat(tx: Tx, { person, models, ...seat }: Seat): Promise<void> {
  await tx
    .insertInto('auditor_seat')
    .values({ ...seat, person_id: person, models: models === null ? null : JSON.stringify(models) })
    .execute()
  await acquaint(tx, seat.workspace, person)
}

/** False when it was closed already. */
export async function closeSeat(tx: Tx, id: SeatId, at: string): Promise<boolean> {
  const result = await tx
    .updateTable('auditor_seat')
    .set({ closed_at: at })
    .where('id', '=', id)
    .where('closed_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}
