import { isoNow } from '../../lib/clock.ts'
import { isOpenSeat } from '../access/index.ts'
import type { Seat, SeatId } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'
import { modelNames } from '../registry/index.ts'
import { type FoundObject, toNamed } from './objects.ts'
import { type AuditorRequestParts, endOf } from './parts.ts'
import type { AuditorRequest, AuditorRequestId, RequestEntry, RequestState } from './schema.ts'
import * as store from './store.ts'
import type { RequestRow } from './tables.ts'

export type Reading = ReturnType<typeof createReading>

/** Rows as they are shown: with the present names of models, and ended with their seat. */
export function createReading({
  connection,
  clock,
  seats,
}: Pick<AuditorRequestParts, 'connection' | 'clock' | 'seats'>) {
  const { db } = connection

  const namesOf = (objects: readonly FoundObject[]) =>
    modelNames(
      db,
      objects.flatMap(({ model_id }) => (model_id === null ? [] : [model_id])),
    )

  async function toRequests(rows: readonly RequestRow[], all: readonly Seat[], now: string): Promise<AuditorRequest[]> {
    const objects = await store.askedObjects(
      db,
      rows.map(({ id }) => id),
    )
    const names = await namesOf(objects)
    return rows.map((row) => {
      const own = objects.filter(({ request_id }) => request_id === row.id)
      return toRequest(row, seatOf(row, all), own, names, now)
    })
  }

  async function whole(row: RequestRow): Promise<{ request: AuditorRequest; entries: RequestEntry[] }> {
    const objects = await store.objectsOf(db, row.id)
    const names = await namesOf(objects)
    const own = (number: number) => objects.filter(({ entry }) => entry === number)
    const entries = await store.entriesOf(db, row.id)
    return {
      request: toRequest(row, seatOf(row, await seats()), own(1), names, isoNow(clock)),
      entries: entries.map(({ request_id: _, said_by, assignee, ...entry }) => ({
        ...entry,
        said_by: said_by as PersonId,
        assignee: assignee as PersonId | null,
        objects: own(entry.number).map((object) => toNamed(object, names)),
      })),
    }
  }

  function toRequest(
    { seat_id, entries: _, remind_at: __, ...row }: RequestRow,
    seat: Seat | undefined,
    objects: readonly FoundObject[],
    names: ReadonlyMap<string, string>,
    now: string,
  ): AuditorRequest {
    const state = stateAt(row.state, seat, now)
    return {
      ...row,
      state,
      id: row.id as AuditorRequestId,
      seat: seat_id as SeatId,
      seat_ends_at: seat ? endOf(seat) : row.changed_at,
      asked_by: row.asked_by as PersonId,
      assignee: row.assignee as PersonId | null,
      overdue: waitsForAnswer(state) && row.due_at < now,
      objects: objects.map((object) => toNamed(object, names)),
    }
  }

  return { toRequest, toRequests, whole }
}

const seatOf = ({ seat_id }: RequestRow, all: readonly Seat[]) => all.find(({ id }) => id === seat_id)

export const waitsForAnswer = (state: RequestState) => state === 'asked' || state === 'returned'

/** What was open when the seat ended ends with it. */
export function stateAt(state: RequestRow['state'], seat: Seat | undefined, now: string): RequestState {
  const isOver = seat === undefined || !isOpenSeat(seat, now)
  return isOver && store.openStates.some((open) => open === state) ? 'ended' : state
}
