import type { Db, Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, forbidden, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { type Actor, type Person, permits } from '../access/schema.ts'
import type { RecordEvent } from '../audit/index.ts'
import type { PersonId } from '../audit/schema.ts'
import { getModel } from '../registry/index.ts'
import { type DutyParts, mayAssign, refuse, thingsOf } from './parts.ts'
import {
  type AnswerInput,
  type Assignment,
  type AssignmentId,
  type AssignmentInput,
  type AssignmentQuery,
  dutyNames,
  type EndInput,
} from './schema.ts'
import * as store from './store.ts'

/** A duty is proposed, and counts once its person has accepted it. */
export function createAssignments(parts: DutyParts) {
  const { connection, write, clock, people } = parts
  const { db } = connection

  async function get(actor: Actor, id: AssignmentId, from: Db = db): Promise<Assignment> {
    const row = await store.findAssignment(from, id)
    const [found] = row ? await store.toAssignments(from, [row], isoNow(clock)) : []
    if (!found || !(found.person === actor.id || permits(actor, 'access.read', found.subject.name))) {
      throw notFound('assignment', id)
    }
    return found
  }

  /** Whoever may take a duty: a person who is there, and who may see the model. */
  async function demandPerson(id: PersonId, model: string): Promise<Person> {
    const person = (await people()).find((each) => each.id === id)
    if (!person || person.disabled_at !== null) throw notFound('person', id)
    if (person.kind !== 'person') throw badRequest('a service account answers for nothing')
    if (!seesModel(person, model, isoNow(clock))) {
      throw conflict(`${person.login} has no role on ${model}; give one first`, { rule: 'no-role' })
    }
    return person
  }

  async function demandAssigner(from: Db, actor: Actor, model: { id: string; name: string }): Promise<void> {
    if (mayAssign(actor, model.name)) return
    if (!(await isOwner(from, actor, model.id))) refuse('duties on a model are assigned by its accountable owner')
  }

  async function isOwner(from: Db, { id }: Pick<Actor, 'id'>, model: string): Promise<boolean> {
    const held = await store.listAssignments(from, { person: id, model, states: ['accepted'] })
    return held.some(({ duty }) => duty === 'accountable_owner')
  }

  async function propose(actor: Actor, input: AssignmentInput): Promise<Assignment> {
    const { id, name, kind } = await getModel(db, input.model)
    if (!permits(actor, 'access.read', name)) throw notFound('model', input.model)
    if (kind !== 'model') throw badRequest('nobody answers for a prompt by itself')
    await demandAssigner(db, actor, { id, name })
    await demandPerson(input.person, name)
    return write(actor, async (tx, record) => insert(tx, record, actor, { ...input, model: id, replaces: null }))
  }

  /** Part of a write. */
  async function insert(
    tx: Tx,
    record: RecordEvent,
    actor: Actor,
    input: Omit<AssignmentInput, 'model'> & { model: string; replaces: AssignmentId | null },
  ): Promise<Assignment> {
    const open = await store.listAssignments(tx, { model: input.model, person: input.person, states: store.openStates })
    if (open.some(({ duty }) => duty === input.duty)) {
      throw conflict(`this person is ${dutyNames[input.duty]} already, or was asked`, { rule: 'held' })
    }
    const row = {
      id: newId('asg', clock.now().getTime()),
      subject_type: 'model',
      subject_id: input.model,
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
    if (!made) throw notFound('model', input.model)
    const { duty, reason, replaces } = made
    record(
      'duty.proposed',
      `assignment:${made.id}`,
      { duty, model: made.subject.name, reason, replaces },
      thingsOf(made),
    )
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
      record(`duty.${state}`, `assignment:${id}`, { duty, model: subject.name, reason }, thingsOf(assignment))
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
    const detail = { duty: old.duty, model: old.subject.name, before: old.state, reason }
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

  /** Of models that the actor may see, and their own. Newest first. */
  async function list(actor: Actor, query: AssignmentQuery): Promise<Assignment[]> {
    const model = query.model === undefined ? undefined : (await getModel(db, query.model)).id
    const rows = await store.listAssignments(db, {
      person: query.person === 'me' ? actor.id : query.person,
      model,
      states: query.state === undefined ? undefined : query.state === 'open' ? store.openStates : [query.state],
    })
    const found = await store.toAssignments(db, rows, isoNow(clock))
    return found.filter(({ subject, person }) => person === actor.id || permits(actor, 'access.read', subject.name))
  }

  return { get, demandPerson, demandAssigner, insert, propose, answer, end, list }
}

const answered = ({ id, state }: Assignment) => conflict(`the assignment ${id} is ${state} already`, { state })

/** Roles that are over by their time do not count. */
export function seesModel({ grants }: Pick<Person, 'grants'>, model: string, now: string): boolean {
  const held = grants.filter(({ until }) => until === undefined || until > now)
  return permits({ grants: held, scopes: null }, 'registry.read', model)
}
