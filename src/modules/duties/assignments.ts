import type { Db, Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, forbidden, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import type { Actor, Person } from '../access/schema.ts'
import type { RecordEvent } from '../audit/index.ts'
import type { PersonId } from '../audit/schema.ts'
import { type DutyParts, named, refuse, thingsOf } from './parts.ts'
import {
  type AnswerInput,
  type Assignment,
  type AssignmentId,
  type AssignmentInput,
  type AssignmentQuery,
  dutyNames,
  type EndInput,
  type Subject,
} from './schema.ts'
import * as store from './store.ts'
import { getSubject, type KnownSubject, mayAssign, sees } from './subjects.ts'

/** A duty is proposed, and counts once its person has accepted it. */
export function createAssignments(parts: DutyParts) {
  const { connection, write, clock, people } = parts
  const { db } = connection

  async function get(actor: Actor, id: AssignmentId, from: Db = db): Promise<store.HeldAssignment> {
    const row = await store.findAssignment(from, id)
    const [found] = row ? await store.toAssignments(from, [row], isoNow(clock)) : []
    if (!found || !(found.person === actor.id || sees(actor, 'access.read', found.subject))) {
      throw notFound('assignment', id)
    }
    return found
  }

  /** Whoever may take a duty: a person who is there, and who may see the record. */
  async function demandPerson(id: PersonId, subject: KnownSubject): Promise<Person> {
    const person = (await people()).find((each) => each.id === id)
    if (!person) throw notFound('person', id)
    if (person.disabled_at !== null) throw conflict(`the account of ${person.login} is disabled`, { rule: 'disabled' })
    if (person.kind !== 'person') throw badRequest('a service account answers for nothing')
    if (!seesSubject(person, subject, isoNow(clock))) {
      throw conflict(`${person.login} has no role on ${subject.name}; give one first`, { rule: 'no-role' })
    }
    return person
  }

  async function demandAssigner(from: Db, actor: Actor, subject: Subject): Promise<void> {
    if (mayAssign(actor, subject)) return
    const what = subject.type === 'model' ? 'a model' : 'an AI system'
    if (!(await isOwner(from, actor, subject.id)))
      refuse(actor, `duties on ${what} are assigned by its accountable owner`)
  }

  async function isOwner(from: Db, { id }: Pick<Actor, 'id'>, subject: string): Promise<boolean> {
    const held = await store.listAssignments(from, { person: id, subject, states: ['accepted'] })
    return held.some(({ duty }) => duty === 'accountable_owner')
  }

  async function propose(actor: Actor, input: AssignmentInput): Promise<Assignment> {
    const [type, name] = 'model' in input ? (['model', input.model] as const) : (['system', input.system] as const)
    const subject = await getSubject(db, type, name)
    if (!sees(actor, 'access.read', subject)) throw notFound(type, name)
    await demandAssigner(db, actor, subject)
    await demandPerson(input.person, subject)
    const { duty, person, reason } = input
    return write(actor, (tx, record) => insert(tx, record, actor, { subject, duty, person, reason, replaces: null }))
  }

  /** Part of a write. */
  async function insert(
    tx: Tx,
    record: RecordEvent,
    actor: Actor,
    input: Pick<Assignment, 'subject' | 'duty' | 'person' | 'reason' | 'replaces'>,
  ): Promise<Assignment> {
    const open = await store.listAssignments(tx, {
      subject: input.subject.id,
      person: input.person,
      states: store.openStates,
    })
    if (open.some(({ duty }) => duty === input.duty)) {
      throw conflict(`this person is ${dutyNames[input.duty]} already, or was asked`, { rule: 'held' })
    }
    const row = {
      id: newId('asg', clock.now().getTime()),
      subject_type: input.subject.type,
      subject_id: input.subject.id,
      duty: input.duty,
      person_id: input.person,
      state: 'proposed',
      reason: input.reason,
      replaces: input.replaces,
      proposed_by: actor.id,
      proposed_at: isoNow(clock),
      answered_at: null,
      answer: null,
      accepted_at: null,
      ended_at: null,
      ended_by: null,
      end_reason: null,
    }
    await store.insertAssignment(tx, row)
    const [made] = await store.toAssignments(tx, [row], isoNow(clock))
    if (!made) throw notFound(input.subject.type, input.subject.name)
    const { duty, reason, replaces } = made
    record('duty.proposed', `assignment:${made.id}`, { duty, ...named(made.subject), reason, replaces }, thingsOf(made))
    return made
  }

  /** Only the person answers, and a program does not do it for them. */
  function answer(actor: Actor, id: AssignmentId, { answer, reason }: AnswerInput): Promise<Assignment> {
    return write(actor, async (tx, record) => {
      const assignment = await get(actor, id, tx)
      if (assignment.person !== actor.id || actor.kind !== 'person') {
        throw forbidden('only the person who is asked accepts or declines a duty', { rule: 'own-duty' })
      }
      const state = answer === 'accept' ? ('accepted' as const) : ('declined' as const)
      const at = isoNow(clock)
      const set = { state, answered_at: at, answer: reason, ...(state === 'accepted' ? { accepted_at: at } : {}) }
      if (!(await store.moveAssignment(tx, id, ['proposed'], set))) throw answered(assignment)
      const { duty, subject, replaces } = assignment
      record(`duty.${state}`, `assignment:${id}`, { duty, ...named(subject), reason }, thingsOf(assignment))
      if (state === 'accepted' && replaces) await release(tx, record, actor, replaces)
      return get(actor, id, tx)
    })
  }

  /** What was handed over ends when the other person has accepted it. */
  async function release(tx: Tx, record: RecordEvent, actor: Actor, id: AssignmentId): Promise<void> {
    const row = await store.findAssignment(tx, id)
    const [old] = row ? await store.toAssignments(tx, [row], isoNow(clock)) : []
    if (old && store.openStates.some((state) => state === old.state)) {
      await close(tx, record, actor, old, 'handed over')
    }
  }

  async function close(tx: Tx, record: RecordEvent, actor: Actor, old: Assignment, reason: string): Promise<void> {
    const at = isoNow(clock)
    const set = { state: 'ended', ended_at: at, ended_by: actor.id, end_reason: reason }
    if (!(await store.moveAssignment(tx, old.id, ['proposed', 'accepted', 'declined'], set))) throw answered(old)
    await store.endDeputiesOf(tx, old.id, at)
    const detail = { duty: old.duty, ...named(old.subject), before: old.state, reason }
    record('duty.ended', `assignment:${old.id}`, detail, thingsOf(old))
  }

  /** By whoever assigns duties, or by the person who lays it down. */
  function end(actor: Actor, id: AssignmentId, { reason }: EndInput): Promise<Assignment> {
    return write(actor, async (tx, record) => {
      const assignment = await get(actor, id, tx)
      if (assignment.person !== actor.id) await demandAssigner(tx, actor, assignment.subject)
      if (assignment.state === 'ended') throw answered(assignment)
      await close(tx, record, actor, assignment, reason)
      return get(actor, id, tx)
    })
  }

  /** Of records that the actor may see, and their own. Newest first. */
  async function list(actor: Actor, query: AssignmentQuery): Promise<Assignment[]> {
    if (query.model !== undefined && query.system !== undefined) throw badRequest('name a model or a system, not both')
    const subject =
      query.model !== undefined
        ? (await getSubject(db, 'model', query.model)).id
        : query.system !== undefined
          ? (await getSubject(db, 'system', query.system)).id
          : undefined
    const rows = await store.listAssignments(db, {
      person: query.person === 'me' ? actor.id : query.person,
      subject,
      states: query.state === undefined ? undefined : query.state === 'open' ? store.openStates : [query.state],
    })
    const found = await store.toAssignments(db, rows, isoNow(clock))
    return found.filter(({ subject, person }) => person === actor.id || sees(actor, 'access.read', subject))
  }

  return { get, demandPerson, demandAssigner, insert, propose, answer, end, list }
}

const answered = ({ id, state }: Assignment) => conflict(`the assignment ${id} is ${state} already`, { state })

/** Roles that are over by their time do not count. */
export function seesSubject({ grants }: Pick<Person, 'grants'>, subject: KnownSubject, now: string): boolean {
  const held = grants.filter(({ until }) => until === undefined || until > now)
  return sees({ grants: held, scopes: null }, 'registry.read', subject)
}
