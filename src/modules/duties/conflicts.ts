import type { PersonId } from '../audit/schema.ts'
import { type Assignment, type Duty, type DutyConflict, dutyNames } from './schema.ts'

/** Duties that one person may not both hold on one record: whoever builds or owns it does not challenge it or decide about it. */
const apart: readonly (readonly [Duty, Duty])[] = [
  ['developer', 'validator'],
  ['developer', 'approver'],
  ['accountable_owner', 'validator'],
  ['accountable_owner', 'auditor'],
  ['developer', 'auditor'],
  ['validator', 'auditor'],
  ['approver', 'auditor'],
  ['data_steward', 'auditor'],
  ['operator', 'auditor'],
]

/** Conflicts among the open assignments of one record. A deputy counts as the person they stand in for. */
export function conflictsAmong(open: readonly Assignment[], now: string): DutyConflict[] {
  const held = new Map<Duty, Set<PersonId>>()
  for (const { duty, person, deputies } of open) {
    const people = held.get(duty) ?? new Set()
    people.add(person)
    for (const deputy of deputies) if (deputy.starts_at <= now && deputy.ends_at > now) people.add(deputy.person)
    held.set(duty, people)
  }
  return apart.flatMap(([one, other]) =>
    [...(held.get(one) ?? [])]
      .filter((person) => held.get(other)?.has(person))
      .map((person) => ({
        person,
        duties: [one, other] satisfies [Duty, Duty],
        message: `The same person answers as ${dutyNames[one]} and as ${dutyNames[other]}.`,
      })),
  )
}
