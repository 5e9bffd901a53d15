import { isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, forbidden, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { isOpenSeat } from '../access/index.ts'
import type { Actor, Seat } from '../access/schema.ts'
import { findObjects } from './objects.ts'
import { type AuditorRequestParts, aboutOf, digestOfEntry, nextReminder } from './parts.ts'
import { createReading } from './reading.ts'
import type { AuditorRequest, ObjectName, RequestInput, RequestQuery, RequestSheet } from './schema.ts'
import { heldSeats, mayAnswer, standingOf, stepsOf } from './standing.ts'
import { createSteps } from './steps.ts'
import * as store from './store.ts'
import type { EntryRow, RequestRow } from './tables.ts'
import { tellOf } from './telling.ts'
import { createRequestWatch } from './watch.ts'

export type AuditorRequests = ReturnType<typeof createAuditorRequests>

/**
 * What auditors ask for, and what they are answered. Whoever holds the seat and whoever is asked sees a request, and hosts see
 * all; to everybody else it is not there.
 */
export function createAuditorRequests(parts: AuditorRequestParts) {
  const { connection, write, clock, audit } = parts
  const { db } = connection
  const reading = createReading(parts)

  /** From an open seat alone, about what lies in its scope. */
  async function ask(actor: Actor, input: RequestInput): Promise<AuditorRequest> {
    const now = isoNow(clock)
    const { seat, objects } = await seatFor(actor, input, now)
    if (input.due_at <= now) throw badRequest('due_at has passed already')
    if (input.due_at > seat.ends_at) throw badRequest(`the seat ends at ${seat.ends_at}, before this is due`)
    const people = await parts.people()
    if (input.assignee !== undefined) {
      const models = objects.flatMap(({ model }) => (model === null ? [] : [model]))
      const asked = people.find(({ id }) => id === input.assignee)
      if (!asked) throw notFound('person', input.assignee)
      if (!mayAnswer(asked, models)) {
        throw conflict(`${asked.login} may not answer about this; ask the hosts`, { permission: 'audit.answer' })
      }
    }
    return write(actor, async (tx, record) => {
      const { title, text, due_at } = input
      const assignee = input.assignee ?? null
      const row: RequestRow = {
        id: newId('arq', clock.now().getTime()),
        seat_id: seat.id,
        asked_by: actor.id,
        asked_at: now,
        title,
        due_at,
        state: 'asked',
        round: 1,
        entries: 1,
        assignee,
        changed_at: now,
        remind_at: nextReminder(due_at, now),
      }
      const said = { kind: 'asked', round: 1, text, said_by: actor.id, said_at: now, due_at, assignee } as const
      const entry: EntryRow = { request_id: row.id, number: 1, ...said }
      await store.insertRequest(tx, row)
      await store.insertEntry(tx, entry, objects)
      const things = objects.map(({ thing }) => thing)
      const detail = { seat: seat.id, due_at, assignee, objects: things.length }
      record(
        'auditor_request.asked',
        `auditor_request:${row.id}`,
        { ...detail, digest: digestOfEntry(title, entry, things) },
        aboutOf(row),
      )
      await tellOf(tx, 'asked', row, people, actor.id)
      return reading.toRequest(row, seat, objects, new Map(), now)
    })
  }

  /** The open seat that it is asked from, and what it is about. */
  async function seatFor(actor: Actor, input: RequestInput, now: string) {
    const held = new Set<string>(heldSeats(actor))
    const open = (await parts.seats()).filter((seat) => held.has(seat.id) && isOpenSeat(seat, now))
    const seats = open
      .filter(({ id }) => input.seat === undefined || id === input.seat)
      .toSorted((a, b) => (a.ends_at < b.ends_at ? 1 : -1))
    let refused: unknown = forbidden('a request is asked from an open auditor’s seat of your own', { rule: 'no-seat' })
    for (const seat of seats) {
      try {
        return { seat, objects: await objectsIn(seat, input.objects) }
      } catch (error) {
        refused = error
      }
    }
    throw refused
  }

  const objectsIn = ({ models }: Pick<Seat, 'models'>, names: readonly ObjectName[]) =>
    findObjects(db, audit, names, models)

  async function list(actor: Actor, { state, seat }: RequestQuery): Promise<AuditorRequest[]> {
    const now = isoNow(clock)
    const held = heldSeats(actor)
    const all = await parts.seats()
    const shown = all
      .filter((each) => state === 'all' || isOpenSeat(each, now))
      .flatMap(({ id }) => ((seat ?? id) === id && (held.length === 0 || held.includes(id)) ? [id] : []))
    const rows = await store.listRequests(db, { state, seats: shown, ...ownOnly(actor) })
    return reading.toRequests(rows, all, now)
  }

  async function sheet(actor: Actor, id: string): Promise<RequestSheet> {
    const row = await get(actor, id)
    const { request, entries } = await reading.whole(row)
    return { request, entries, steps: stepsOf(actor, row, request.state) }
  }

  /** A request that is none of the actor's business is one that is not there. */
  async function get(actor: Actor, id: string): Promise<RequestRow> {
    const row = await store.findRequest(db, id)
    if (!row || standingOf(actor, row) === undefined) throw notFound('request', id)
    return row
  }

  return {
    ask,
    list,
    sheet,
    ...createSteps({ ...parts, get, objectsIn, reading }),
    watch: createRequestWatch(parts),
  }
}

/** Whoever neither audits nor hosts sees what was given to them. */
function ownOnly(actor: Actor): { assignee?: string } {
  const any = { seat_id: '', assignee: null } as RequestRow
  return heldSeats(actor).length > 0 || standingOf(actor, any) === 'host' ? {} : { assignee: actor.id }
}
