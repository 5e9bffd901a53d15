import { forbidden } from '../../lib/errors.ts'
import type { ActorRef } from '../audit/schema.ts'
import {
  type Actor,
  type Grant,
  type GrantInput,
  type Permission,
  type Person,
  permissionsIn,
  permits,
} from './schema.ts'

type Giver = ActorRef | Actor

/** Nobody gives what they may not do themselves, neither by a role nor by what a role stands for. The server may do everything. */
export function refuseEscalation(actor: Giver, permissions: readonly Permission[], model: string | null): void {
  const missing = lacking(actor, permissions, model)
  if (missing.length === 0) return
  throw forbidden(`nobody gives what they may not do themselves: ${missing.join(', ')}`, {
    rule: 'no-escalation',
    missing,
  })
}

/** Nor does anybody take a role away, or an account out of service, that may more than they do. */
export function refuseTaking(actor: Giver, person: Pick<Person, 'login' | 'grants'>, input?: GrantInput): void {
  const taken = person.grants.filter(
    (grant) => input === undefined || (grant.role === input.role && grant.model === input.model),
  )
  const missing = [...new Set(taken.flatMap((grant: Grant) => lacking(actor, permissionsIn(grant), grant.model)))]
  if (missing.length === 0) return
  throw forbidden(`${person.login} may more than you: ${missing.join(', ')}`, { rule: 'no-escalation', missing })
}

function lacking(actor: Giver, permissions: readonly Permission[], model: string | null): Permission[] {
  if (actor.id === 'server') return []
  if (!('grants' in actor)) return [...permissions]
  return permissions.filter((permission) => !permits(actor, permission, model ?? undefined))
}
