import { isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import type { Actor } from '../access/schema.ts'
import type { createAssignments } from './assignments.ts'
import { type DutyParts, named, thingsOf } from './parts.ts'
import { type Assignment, type AssignmentId, type DeputyId, type DeputyInput, longestDeputyDays } from './schema.ts'
import * as store from './store.ts'

/** People who stand in for a while. */
export function createDeputies({ write, clock }: DutyParts, assignments: ReturnType<typeof createAssignments>) {
  async function appoint(actor: Actor, id: AssignmentId, input: DeputyInput): Promise<Assignment> {
    const { subject } = await assignments.get(actor, id)
    await assignments.demandPerson(input.person, subject)
    return write(actor, async (tx, record) => {
      const assignment = await assignments.get(actor, id, tx)
      if (assignment.person !== actor.id) await assignments.demandAssigner(tx, actor, assignment.subject)
      if (assignment.state !== 'accepted') throw conflict('only an accepted duty has deputies')
      if (assignment.person === input.person) throw badRequest('nobody is their own deputy')
      const now = isoNow(clock)
      const starts_at = input.starts_at ?? now
      checkTime(starts_at, input.ends_at, now)
      if (assignment.deputies.some((each) => each.person === input.person)) {
        throw conflict('this person is a deputy already; end that first')
      }
      const row = {
        id: newId('dpt', clock.now().getTime()),
        assignment_id: id,
        person_id: input.person,
        starts_at,
        ends_at: input.ends_at,
        reason: input.reason,
        appointed_by: actor.id,
        appointed_at: now,
      }
      await store.insertDeputy(tx, row)
      const detail = {
        duty: assignment.duty,
        ...named(subject),
        deputy: input.person,
        starts_at,
        ends_at: input.ends_at,
      }
      record('duty.deputy_appointed', `assignment:${id}`, { ...detail, reason: input.reason }, [
        ...thingsOf(assignment),
        `person:${input.person}`,
      ])
      return assignments.get(actor, id, tx)
    })
  }

  function end(actor: Actor, id: AssignmentId, deputy: DeputyId): Promise<Assignment> {
    return write(actor, async (tx, record) => {
      const assignment = await assignments.get(actor, id, tx)
      const known = assignment.deputies.find((each) => each.id === deputy)
      if (!known) throw notFound('deputy', deputy)
      const isTheirs = assignment.person === actor.id || known.person === actor.id
      if (!isTheirs) await assignments.demandAssigner(tx, actor, assignment.subject)
      await store.endDeputy(tx, id, deputy, isoNow(clock))
      const detail = { duty: assignment.duty, ...named(assignment.subject), deputy: known.person }
      record('duty.deputy_ended', `assignment:${id}`, detail, [...thingsOf(assignment), `person:${known.person}`])
      return assignments.get(actor, id, tx)
    })
  }

  return { appoint, end }
}

function checkTime(starts_at: string, ends_at: string, now: string): void {
  if (ends_at <= now || ends_at <= starts_at) throw badRequest('a deputy ends in the future, after the begin')
  // The past stays what it was: nobody becomes a deputy afterwards.
  if (starts_at < now) throw badRequest('a deputy begins now or later')
  if (Date.parse(ends_at) - Date.parse(now) > longestDeputyDays * 86_400_000) {
    throw badRequest(`a deputy stands in for at most ${longestDeputyDays} days`)
  }
}
