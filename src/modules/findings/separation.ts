import type { ActorRef, PersonId } from '../audit/schema.ts'
import type { FindingRow } from './tables.ts'

export type Parties = {
  /** The people who set up a service account and hold its tokens, by the account. */
  readonly behind: ReadonlyMap<PersonId, readonly PersonId[]>
  /** Deputies on the model, by the person they stand in for. */
  readonly standIns: ReadonlyMap<PersonId, readonly PersonId[]>
}

/**
 * Who mended something does not verify it: not the person who resolved it, nor its owner, nor whoever is behind an account
 * that did, nor a deputy of one of them. Roles change nothing. Empty when the actor may verify.
 */
export function verifyConflicts(
  actor: Pick<ActorRef, 'id' | 'kind'>,
  { resolved_by, owner }: Pick<FindingRow, 'resolved_by' | 'owner'>,
  { behind, standIns }: Parties,
): { rule: string; message: string }[] {
  const standsFor = (person: string | null) => {
    if (person === null) return false
    const counted = [person as PersonId, ...(behind.get(person as PersonId) ?? [])]
    return counted.some((each) => each === actor.id || standIns.get(each)?.some((deputy) => deputy === actor.id))
  }
  const conflicts: { rule: string; message: string }[] = []
  if (actor.kind !== 'person') {
    conflicts.push({ rule: 'person', message: 'A person verifies; this is a service account.' })
  }
  if (standsFor(resolved_by)) {
    conflicts.push({ rule: 'fixer', message: 'You resolved this finding, so somebody else has to verify it.' })
  } else if (standsFor(owner)) {
    conflicts.push({ rule: 'owner', message: 'You own this finding, so somebody else has to verify it.' })
  }
  return conflicts
}
