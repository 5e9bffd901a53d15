import type { Person } from '../access/schema.ts'
import { seesSubject } from './assignments.ts'
import type { AlarmKind, AssignmentId } from './schema.ts'
import type { HeldAssignment } from './store.ts'

/** How long a proposal may wait for its answer. */
const patience = 86_400_000

/** Which assignments deserve an alarm at a moment: everything that is not ended goes in, and each has one reason at most. */
export function wantedAlarms(
  current: readonly HeldAssignment[],
  people: ReadonlyMap<string, Pick<Person, 'disabled_at' | 'grants'>>,
  now: Date,
): Map<AssignmentId, AlarmKind> {
  const at = now.toISOString()
  const wanted = new Map<AssignmentId, AlarmKind>()
  const place = ({ subject, duty }: HeldAssignment) => `${subject.type} ${subject.id} ${duty}`
  const open = new Set(current.filter(({ state }) => state !== 'declined').map(place))
  const lastDeclined = new Map<string, HeldAssignment>()
  for (const assignment of current) {
    if (assignment.state === 'declined') {
      const before = lastDeclined.get(place(assignment))
      if (!before || before.id < assignment.id) lastDeclined.set(place(assignment), assignment)
      continue
    }
    const person = people.get(assignment.person)
    if (!person || person.disabled_at !== null) wanted.set(assignment.id, 'left')
    else if (!seesSubject(person, assignment.subject, at)) wanted.set(assignment.id, 'no_role')
    else if (assignment.state === 'proposed' && Date.parse(assignment.proposed_at) + patience <= now.getTime()) {
      wanted.set(assignment.id, 'unaccepted')
    }
  }
  for (const [where, { id }] of lastDeclined) if (!open.has(where)) wanted.set(id, 'declined')
  return wanted
}
