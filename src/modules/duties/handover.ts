import { isoNow } from '../../lib/clock.ts'
import { AppError, badRequest } from '../../lib/errors.ts'
import type { Actor } from '../access/schema.ts'
import type { createAssignments } from './assignments.ts'
import { type DutyParts, refuse } from './parts.ts'
import type { Assignment, Handover, HandoverInput, Subject } from './schema.ts'
import type { HeldAssignment } from './store.ts'
import * as store from './store.ts'
import { mayAssign, sees } from './subjects.ts'

/**
 * All duties of one person proposed to another, in one write. Each stays with its holder until the other has accepted it;
 * what cannot be proposed is answered with the reason.
 */
export function createHandover(parts: DutyParts, assignments: ReturnType<typeof createAssignments>) {
  const { connection, write, clock } = parts
  const { db } = connection

  return async function handOver(
    actor: Actor,
    { from, to, reason, models, systems }: HandoverInput,
  ): Promise<Handover> {
    if (from === to) throw badRequest('a handover is between two people')
    const rows = await store.listAssignments(db, { person: from, states: store.openStates })
    const open = (await store.toAssignments(db, rows, isoNow(clock))).filter(
      ({ subject, person }) =>
        isAmong(subject, models, systems) && (person === actor.id || sees(actor, 'access.read', subject)),
    )
    if (actor.id !== from && open.every(({ subject }) => !mayAssign(actor, subject))) {
      refuse(actor, 'duties are handed over by the person who holds them')
    }
    const skipped: Handover['skipped'] = []
    const ready: HeldAssignment[] = []
    for (const assignment of open) {
      const why = await obstacle(actor, assignment, to)
      if (why === undefined) ready.push(assignment)
      else skipped.push({ subject: assignment.subject, duty: assignment.duty, reason: why })
    }
    if (ready.length === 0) return { proposed: [], skipped }
    const proposed = await write(actor, async (tx, record) => {
      const made: Assignment[] = []
      for (const { id, subject, duty } of ready) {
        const input = { duty, person: to, reason, subject, replaces: id }
        made.push(await assignments.insert(tx, record, actor, input))
      }
      record('duty.handed_over', `person:${from}`, { count: made.length, reason }, [`person:${to}`])
      return made
    })
    return { proposed, skipped }
  }

  async function obstacle(actor: Actor, { person: from, subject, duty }: HeldAssignment, to: Assignment['person']) {
    if (actor.id !== from && !mayAssign(actor, subject)) {
      return `you may not assign duties on this ${subject.type}`
    }
    try {
      await assignments.demandPerson(to, subject)
    } catch (error) {
      if (error instanceof AppError) return error.message
      throw error
    }
    const held = await store.listAssignments(db, { subject: subject.id, person: to, states: store.openStates })
    return held.some((each) => each.duty === duty) ? 'already held, or asked for' : undefined
  }
}

/** Without a list everything is handed over; with one, only what it names. */
function isAmong({ type, name }: Subject, models?: readonly string[], systems?: readonly string[]): boolean {
  if (models === undefined && systems === undefined) return true
  return (type === 'model' ? models : systems)?.includes(name) ?? false
}
