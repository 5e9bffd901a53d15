import type { Actor, RoleName } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'

export type Conflict = { rule: string; message: string }

/** Who is compared with the person who wants to decide. */
export type Parties = {
  readonly model: string
  /** Nobody while no review is asked for. */
  readonly requester: PersonId | null
  /** Everyone who made the version, the one who registered it among them. */
  readonly developers: readonly PersonId[]
  /** The people who set up a service account and hold its tokens, by the account. */
  readonly behind: ReadonlyMap<PersonId, readonly PersonId[]>
  /** Deputies on this model since the version is there, by the person they stand in for. */
  readonly standIns: ReadonlyMap<PersonId, readonly PersonId[]>
  /** Roles that the policies ask an approval from; empty when they ask for none. */
  readonly roles: readonly RoleName[]
  /** Reviewers in whose place the actor decides, with the roles that may be handed on. */
  readonly inPlaceOf?: readonly { readonly person: PersonId; readonly roles: readonly RoleName[] }[]
  /** The actor has asked somebody else to decide in their place. */
  readonly handedOn?: boolean
}

/**
 * The law of separation: whoever made a version or asked for its review does not decide about it. It compares people,
 * not roles: an administrator, a second grant or a token changes nothing, what a service account did counts as done by those
 * behind it, and a deputy counts as the person they stand in for. Whoever decides in the place of a reviewer is compared, and so
 * is that reviewer. A service account decides nothing. Empty when the actor may decide.
 */
export function conflictsOf(
  actor: Pick<Actor, 'id' | 'kind' | 'grants'>,
  parties: Parties,
  told: 'you' | 'they' = 'you',
): Conflict[] {
  const who = told === 'you' ? 'You' : 'They'
  const conflicts: Conflict[] = []
  if (actor.kind !== 'person') {
    conflicts.push({ rule: 'person', message: 'A decision is taken by a person; this is a service account.' })
  }
  if (parties.requester !== null && standsFor(actor, parties.requester, parties)) {
    conflicts.push({
      rule: 'requester',
      message: isDeputyOnly(actor, [parties.requester], parties)
        ? `${who} are the deputy of whoever asked for this review, so somebody else has to decide.`
        : `${who} asked for this review, so somebody else has to decide.`,
    })
  }
  if (parties.developers.some((each) => standsFor(actor, each, parties))) {
    conflicts.push({
      rule: 'developer',
      message: isDeputyOnly(actor, parties.developers, parties)
        ? `${who} are the deputy of a developer of record of this version, so somebody else has to decide.`
        : `${who} are a developer of record of this version, so somebody else has to decide.`,
    })
  }
  const { inPlaceOf = [], handedOn = false } = parties
  const makers = [...(parties.requester === null ? [] : [parties.requester]), ...parties.developers]
  if (inPlaceOf.some(({ person }) => makers.some((each) => standsFor({ id: person }, each, parties)))) {
    const whom = `whoever ${told} would decide in the place of`
    const message = `The requester or a developer of record is ${whom}, so somebody else has to decide.`
    conflicts.push({ rule: 'delegator', message })
  }
  if (handedOn) {
    const message = `${who} asked somebody else to decide in ${told === 'you' ? 'your' : 'their'} place; that has to end first.`
    conflicts.push({ rule: 'handed-on', message })
  }
  const roles = [...rolesOn(actor, parties.model), ...inPlaceOf.flatMap((each) => each.roles)]
  if (parties.roles.length > 0 && roles.every((role) => !parties.roles.includes(role))) {
    conflicts.push({
      rule: 'role',
      message: `The policy asks for a decision by the role ${parties.roles.join(' or ')}, which ${told} do not hold for ${parties.model}.`,
    })
  }
  return conflicts
}

/** Roles that somebody holds on a model or in the whole workspace. */
export function rolesOn({ grants }: Pick<Actor, 'grants'>, model: string): RoleName[] {
  return [...new Set(grants.flatMap((grant) => (grant.model === null || grant.model === model ? [grant.role] : [])))]
}

/** Somebody themselves, whoever is behind the account, and the deputies of each of them. */
function standsFor({ id }: Pick<Actor, 'id'>, person: PersonId, parties: Parties): boolean {
  const { behind, standIns } = parties
  const counted = [person, ...(behind.get(person) ?? [])]
  return counted.some((each) => each === id || standIns.get(each)?.some((deputy) => deputy === id))
}

function isDeputyOnly(actor: Pick<Actor, 'id'>, people: readonly PersonId[], parties: Parties): boolean {
  const own = { ...parties, standIns: new Map<PersonId, readonly PersonId[]>() }
  return people.every((person) => !standsFor(actor, person, own))
}
