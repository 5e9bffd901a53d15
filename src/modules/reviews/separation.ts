import type { Actor, Role } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'

export type Conflict = { rule: string; message: string }

/** Who is compared with the person who wants to decide. */
export type Parties = {
  readonly model: string
  readonly requester: PersonId
  /** Everyone who made the version, the one who registered it among them. */
  readonly developers: readonly PersonId[]
  /** The people who set up a service account and hold its tokens, by the account. */
  readonly behind: ReadonlyMap<PersonId, readonly PersonId[]>
  /** Roles that the policies ask an approval from; empty when they ask for none. */
  readonly roles: readonly Role[]
}

/**
 * The law of separation: whoever made a version or asked for its review does not decide about it. It compares people,
 * not roles: an administrator, a second grant or a token changes nothing, and what a service account did counts as done
 * by those behind it. A service account decides nothing. Empty when the actor may decide.
 */
export function conflictsOf(actor: Pick<Actor, 'id' | 'kind' | 'grants'>, parties: Parties): Conflict[] {
  const conflicts: Conflict[] = []
  if (actor.kind !== 'person') {
    conflicts.push({ rule: 'person', message: 'A decision is taken by a person; this is a service account.' })
  }
  if (isOneOf(actor, [parties.requester], parties)) {
    conflicts.push({ rule: 'requester', message: 'You asked for this review, so somebody else has to decide.' })
  }
  if (isOneOf(actor, parties.developers, parties)) {
    conflicts.push({
      rule: 'developer',
      message: 'You are a developer of record of this version, so somebody else has to decide.',
    })
  }
  if (parties.roles.length > 0 && rolesOn(actor, parties.model).every((role) => !parties.roles.includes(role))) {
    conflicts.push({
      rule: 'role',
      message: `The policy asks for a decision by the role ${parties.roles.join(' or ')}, which you do not hold for ${parties.model}.`,
    })
  }
  return conflicts
}

/** Roles that somebody holds on a model or in the whole workspace. */
export function rolesOn({ grants }: Pick<Actor, 'grants'>, model: string): Role[] {
  return [...new Set(grants.flatMap((grant) => (grant.model === null || grant.model === model ? [grant.role] : [])))]
}

function isOneOf(actor: Pick<Actor, 'id'>, people: readonly PersonId[], { behind }: Parties): boolean {
  return people.some((person) => person === actor.id || behind.get(person)?.some((each) => each === actor.id))
}
