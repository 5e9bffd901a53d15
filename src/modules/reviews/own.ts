import { type Actor, permits } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'
import { couldApprove } from '../policy/index.ts'
import type { Requirement } from '../policy/schema.ts'
import type { ModelVersion } from '../registry/schema.ts'
import { conflictsOf, type Parties, rolesOn } from './separation.ts'
import type { Situation } from './situation.ts'

type OwnParts = { partiesOf(requester: PersonId | null, version: ModelVersion): Promise<Omit<Parties, 'roles'>> }

/** Which requirements somebody can meet themselves. Nothing is a service account's own. */
export type Own = (requirement: Requirement) => boolean

/**
 * By the roles that somebody holds on the model and by separation of duties: what asks for somebody independent is not for
 * whoever made the version or asked for its review, whatever roles they hold.
 */
export function createOwn({ partiesOf }: OwnParts) {
  return async function ownOf(actor: Actor, situation: Situation): Promise<Own> {
    if (actor.kind !== 'person') return () => false
    const { model, version, snapshot } = situation
    const parties = { ...(await partiesOf(snapshot.requester, version)), roles: [] }
    const roles = rolesOn(actor, model.name)
    const isIndependent = conflictsOf(actor, parties).length === 0
    const isDeveloper = roles.includes('developer') || parties.developers.some((person) => person === actor.id)
    const decides = permits(actor, 'review.decide', model.name) && isIndependent
    return (requirement) => {
      if (requirement.type === 'approval') return decides && approves(situation, requirement, actor.id, roles)
      switch (requirement.who) {
        case 'developer':
          return isDeveloper
        case 'validator':
        case 'approver':
          return decides && roles.includes(requirement.who)
        case 'administrator':
          return permits(actor, 'policy.write')
      }
    }
  }
}

function approves(
  { policies, snapshot, approvals }: Situation,
  { id, policy, who }: Requirement,
  person: string,
  roles: readonly string[],
): boolean {
  const document = policies.find(({ name }) => name === policy.name)?.document
  if (!document?.approvals.some((rule) => rule.id === id)) return roles.includes(who)
  return couldApprove(document, id, snapshot, approvals, { person, roles })
}
