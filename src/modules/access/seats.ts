import type { Db, Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import type { PersonId } from '../audit/schema.ts'
import { refuseEscalation } from './escalation.ts'
import type { AccessParts } from './people.ts'
import {
  type Actor,
  longestSeatDays,
  type Permission,
  permissionsIn,
  permissionsOf,
  type Seat,
  type SeatId,
  type SeatInput,
} from './schema.ts'
import * as store from './seats-store.ts'
import { findPerson } from './store.ts'

const reads = /\.read$/

/** What a role permits beyond reading. Asking for something is the one thing that whoever audits writes, and it changes nothing else. */
const changes = (permissions: readonly Permission[]) =>
  permissions.filter((each) => !reads.test(each) && each !== 'audit.ask')

/** A seat is read-only: beside it nobody holds a role that changes something. */
export async function refuseBesideSeat(
  tx: Tx,
  about: { workspace: string; person: PersonId; permissions: readonly Permission[]; now: string },
): Promise<void> {
  if (changes(about.permissions).length === 0) return
  const seats = await store.listSeats(tx, about.workspace, about.person)
  const open = seats.find((seat) => isOpen(seat, about.now))
  if (!open) return
  throw conflict(`this person audits until ${open.ends_at} and changes nothing until then; close the seat first`, {
    rule: 'auditor-seat',
    seat: open.id,
  })
}

/** Open at a moment: not closed, and not over. */
export const isOpen = (seat: Seat, now: string) => seat.closed_at === null && seat.ends_at > now

/** Seats for auditors: a scope, and an end that comes by itself. */
export function createSeats({ db, write, clock }: AccessParts, workspace: string) {
  async function get(id: SeatId, from: Db = db): Promise<Seat> {
    const seat = await store.findSeat(from, workspace, id)
    if (!seat) throw notFound('seat', id)
    return seat
  }

  function open(actor: Actor, input: SeatInput): Promise<Seat> {
    return write(actor, async (tx, record) => {
      const now = isoNow(clock)
      checkEnd(input.ends_at, clock.now())
      for (const model of input.models ?? [null]) refuseEscalation(actor, permissionsOf.auditor, model)
      const person = await findPerson(tx, workspace, input.person)
      if (!person || person.disabled_at) throw notFound('person', input.person)
      if (person.kind !== 'person') throw badRequest('a service account takes no seat')
      if (person.id === actor.id) throw conflict('nobody opens a seat for themselves', { rule: 'auditor-seat' })
      const writing = person.grants.find((grant) => changes(permissionsIn(grant)).length > 0)
      if (writing) {
        throw conflict(
          `${person.login} holds the role ${writing.role}, and whoever audits changes nothing; take it away first`,
          { rule: 'auditor-seat' },
        )
      }
      const models = input.models === null ? null : [...new Set(input.models)].sort()
      const seat: Seat = {
        id: newId('seat', clock.now().getTime()) as SeatId,
        person: person.id,
        workspace,
        models,
        reason: input.reason,
        opened_by: actor.id,
        opened_at: now,
        ends_at: input.ends_at,
        closed_at: null,
      }
      await store.insertSeat(tx, seat)
      const { reason, ends_at } = seat
      record('seat.opened', `seat:${seat.id}`, { workspace, models, ends_at, reason }, [`person:${person.id}`])
      return seat
    })
  }

  function close(actor: Actor, id: SeatId, reason: string): Promise<Seat> {
    return write(actor, async (tx, record) => {
      const seat = await get(id, tx)
      const now = isoNow(clock)
      if (!isOpen(seat, now) || !(await store.closeSeat(tx, id, now))) throw conflict('this seat has ended already')
      record('seat.closed', `seat:${id}`, { workspace, reason }, [`person:${seat.person}`])
      return { ...seat, closed_at: now }
    })
  }

  return { get, open, close, list: (person?: PersonId) => store.listSeats(db, workspace, person) }
}

function checkEnd(ends_at: string, now: Date): void {
  const left = Date.parse(ends_at) - now.getTime()
  if (left <= 0) throw badRequest('a seat ends in the future')
  if (left > longestSeatDays * 86_400_000) throw badRequest(`a seat lasts at most ${longestSeatDays} days`)
}
