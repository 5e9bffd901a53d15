import { isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, forbidden, notFound } from '../../lib/errors.ts'
import type { Actor, Person, Seat } from '../access/schema.ts'
import type { FoundObject } from './objects.ts'
import { type AuditorRequestParts, aboutOf, digestOfEntry, nextReminder } from './parts.ts'
import { type Reading, stateAt } from './reading.ts'
import type {
  AnswerInput,
  AssignInput,
  CloseInput,
  EntryKind,
  ObjectName,
  RequestReason,
  RequestSheet,
  RequestStep,
  ReturnInput,
} from './schema.ts'
import { mayAnswer, rules, standingOf, stepsOf } from './standing.ts'
import * as store from './store.ts'
import type { EntryRow, RequestRow } from './tables.ts'
import { tellOf } from './telling.ts'

type StepParts = Pick<AuditorRequestParts, 'write' | 'clock' | 'people' | 'seats'> & {
  reading: Reading
  get(actor: Actor, id: string): Promise<RequestRow>
  objectsIn(seat: Pick<Seat, 'models'>, names: readonly ObjectName[]): Promise<FoundObject[]>
}

type Begun = { row: RequestRow; seat: Seat; people: Person[] }
type Taken = { kind: EntryKind; set: Partial<RequestRow>; text?: string; objects?: readonly FoundObject[] }

const actors = { auditor: 'whoever holds the seat', host: 'a host', assignee: 'whoever is asked' } as const

/** From asked to closed. Every step is kept beside the ones before it. */
export function createSteps({ write, clock, people, seats, get, objectsIn, reading }: StepParts) {
  async function begin(actor: Actor, id: string, step: RequestStep): Promise<Begun> {
    const row = await get(actor, id)
    const { by, from } = rules[step]
    const standing = standingOf(actor, row)
    if (standing === undefined || !by.includes(standing)) {
      throw forbidden(`this is for ${by.map((each) => actors[each]).join(' or ')}`, { rule: 'request-step', step })
    }
    const seat = (await seats()).find((each) => each.id === row.seat_id)
    const state = stateAt(row.state, seat, isoNow(clock))
    if (state === 'ended' || seat === undefined) {
      throw conflict('the seat that this was asked from has ended, and the request with it', { rule: 'seat-ended' })
    }
    if (!from.includes(state)) throw conflict(`this request is ${state}`, { rule: 'request-state', state })
    return { row, seat, people: await people() }
  }

  function take(actor: Actor, { row, people }: Begun, taken: Taken): Promise<RequestSheet> {
    const { kind, set, text = '', objects = [] } = taken
    const now = isoNow(clock)
    const next: RequestRow = { ...row, ...set, changed_at: now, entries: row.entries + 1 }
    const entry: EntryRow = {
      request_id: row.id,
      number: next.entries,
      kind,
      round: next.round,
      text,
      said_by: actor.id,
      said_at: now,
      due_at: set.due_at ?? null,
      assignee: set.assignee ?? null,
    }
    return write(actor, async (tx, record) => {
      if (!(await store.changeRequest(tx, row, next))) {
        throw conflict(`request ${row.id} changed meanwhile; look at it again`)
      }
      await store.insertEntry(tx, entry, objects)
      const things = objects.map(({ thing }) => thing)
      record(
        `auditor_request.${kind}`,
        `auditor_request:${row.id}`,
        {
          seat: row.seat_id,
          round: next.round,
          objects: things.length,
          ...(set.due_at === undefined ? {} : { due_at: set.due_at }),
          ...(set.assignee === undefined ? {} : { assignee: set.assignee }),
          digest: digestOfEntry(row.title, entry, things),
        },
        aboutOf(next),
      )
      await tellOf(tx, kind, next, people, actor.id)
    }).then(async () => {
      const { request, entries } = await reading.whole(next)
      return { request, entries, steps: stepsOf(actor, next, request.state) }
    })
  }

  async function answer(actor: Actor, id: string, { text, objects }: AnswerInput): Promise<RequestSheet> {
    const begun = await begin(actor, id, 'answer')
    const set = { state: 'answered', remind_at: null } as const
    return take(actor, begun, { kind: 'answered', set, text, objects: await objectsIn(begun.seat, objects) })
  }

  /** Begins the next round; the answer stays, and so does what was asked. */
  async function sendBack(actor: Actor, id: string, { text, due_at }: ReturnInput): Promise<RequestSheet> {
    const begun = await begin(actor, id, 'return')
    const now = isoNow(clock)
    if (due_at !== undefined && due_at <= now) throw badRequest('due_at has passed already')
    if (due_at !== undefined && due_at > begun.seat.ends_at) {
      throw badRequest(`the seat ends at ${begun.seat.ends_at}, before this is due`)
    }
    const due = due_at ?? begun.row.due_at
    const set = { state: 'returned', round: begun.row.round + 1, remind_at: nextReminder(due, now) } as const
    return take(actor, begun, { kind: 'returned', set: { ...set, ...(due_at === undefined ? {} : { due_at }) }, text })
  }

  async function close(actor: Actor, id: string, { text }: CloseInput): Promise<RequestSheet> {
    const begun = await begin(actor, id, 'close')
    return take(actor, begun, { kind: 'closed', set: { state: 'closed', remind_at: null }, text })
  }

  async function decline(actor: Actor, id: string, { reason }: RequestReason): Promise<RequestSheet> {
    const begun = await begin(actor, id, 'decline')
    return take(actor, begun, { kind: 'declined', set: { state: 'declined', remind_at: null }, text: reason })
  }

  async function withdraw(actor: Actor, id: string, { reason }: RequestReason): Promise<RequestSheet> {
    const begun = await begin(actor, id, 'withdraw')
    return take(actor, begun, { kind: 'withdrawn', set: { state: 'withdrawn', remind_at: null }, text: reason })
  }

  async function assign(actor: Actor, id: string, { assignee }: AssignInput): Promise<RequestSheet> {
    const begun = await begin(actor, id, 'assign')
    if (assignee === begun.row.assignee) throw conflict('it is theirs already')
    const asked = begun.people.find((person) => person.id === assignee)
    if (assignee !== null && !asked) throw notFound('person', assignee)
    const { request } = await reading.whole(begun.row)
    const models = request.objects.flatMap(({ model }) => (model === null ? [] : [model]))
    if (asked && !mayAnswer(asked, models)) {
      throw conflict(`${asked.login} may not answer about this`, { permission: 'audit.answer' })
    }
    return take(actor, begun, { kind: 'assigned', set: { assignee } })
  }

  return { answer, sendBack, close, decline, withdraw, assign }
}
