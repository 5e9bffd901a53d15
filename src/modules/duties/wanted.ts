import type { Person } from '../access/schema.ts'
import { seesModel } from './assignments.ts'
import type { AlarmKind, Assignment, AssignmentId } from './schema.ts'

/** How long a proposal may wait for its answer. */
const patience = 86_400_000

/** Which assignments deserve an alarm at a moment: everything that is not ended goes in, and each has one reason at most. */
export function wantedAlarms(
  current: readonly Assignment[],
  people: ReadonlyMap<string, Pick<Person, 'disabled_at' | 'grants'>>,
  now: Date,
): Map<AssignmentId, AlarmKind> {
  const at = now.toISOString()
  const wanted = new Map<AssignmentId, AlarmKind>()
  const place = ({ subject, duty }: Assignment) => `${subject.type} ${subject.id} ${duty}`
  const open = new Set(current.filter(({ state }) => state !== 'declined').map(place))
  const lastDeclined = new Map<string, Assignment>()
  for (const assignment of current) {
    if (assignment.state === 'declined') {
      const before = lastDeclined.get(place(assignment))
      if (!before || before.id < assignment.id) lastDeclined.set(place(assignment), assignment)
      continue
    }
    const person = people.get(assignment.person)
    if (!person || person.disabled_at !== null) wanted.set(assignment.id, 'left')
    else if (!seesModel(person, assignment.subject.name, at)) wanted.set(assignment.id, 'no_role')
    else if (assignment.state === 'proposed' && Date.parse(assignment.proposed_at) + patience <= now.getTime()) {
      wanted.set(assignment.id, 'unaccepted')
    }
  }
  for (const [where, { id }] of lastDeclined) if (!open.has(where)) wanted.set(id, 'declined')
  return wanted
}
