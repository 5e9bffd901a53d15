import type { Connection } from '../../db/connect.ts'
import type { Jobs } from '../../jobs/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { forbidden } from '../../lib/errors.ts'
import type { Actor, Person } from '../access/schema.ts'
import type { Write } from '../audit/index.ts'
import type { Thing } from '../audit/schema.ts'
import type { Assignment } from './schema.ts'

export type DutyParts = {
  readonly connection: Connection
  readonly write: Write
  readonly clock: Clock
  readonly jobs: Jobs
  /** Everyone with an account, with the roles of this workspace. */
  readonly people: () => Promise<Person[]>
}

export function thingsOf({ id, subject, person }: Pick<Assignment, 'id' | 'subject' | 'person'>): Thing[] {
  return [`assignment:${id}`, `${subject.type}:${subject.id}`, `person:${person}`]
}

export function refuse({ scopes }: Pick<Actor, 'scopes'>, what: string): never {
  if (scopes && !scopes.includes('duty.write')) {
    throw forbidden(`${what}, and this token is not scoped for duty.write`, { permission: 'duty.write' })
  }
  throw forbidden(`${what}, or somebody with the permission duty.write`, { permission: 'duty.write' })
}

/** What the record is called in the detail of an event. */
export const named = ({ type, name }: Assignment['subject']) => (type === 'model' ? { model: name } : { system: name })
