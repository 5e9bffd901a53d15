import type { Db } from '../../db/database.ts'
import type { Commit } from '../../db/writer.ts'
import type { Clock } from '../../lib/clock.ts'
import { conflict } from '../../lib/errors.ts'
import type { Person } from '../access/schema.ts'
import type { Write } from '../audit/index.ts'
import type { PersonId, Thing } from '../audit/schema.ts'
import { rolesOf } from '../policy/index.ts'
import type { Registry } from '../registry/index.ts'
import type { ModelId } from '../registry/schema.ts'
import type { Signatures } from '../signin/index.ts'
import type { Parties } from './separation.ts'
import type { Situation, SituationParts } from './situation.ts'

/** Duties on a model, as far as they separate. */
export type DutiesOn = {
  readonly developers: readonly PersonId[]
  readonly standIns: ReadonlyMap<PersonId, readonly PersonId[]>
}

export type ReviewParts = SituationParts & {
  readonly db: Db
  readonly write: Write
  readonly clock: Clock
  readonly registry: Registry
  /** Everyone with an account, with the roles of this workspace. */
  readonly people: () => Promise<Person[]>
  readonly commit: Commit
  /** A key that counts now as this person's own. */
  readonly personalKey: (person: PersonId, keyId: string) => Promise<{ public_key: string } | undefined>
  /** Passkeys of people, which sign with a challenge that is the digest of what is said. */
  readonly passkeys: Signatures
  /** Who set up a service account or made tokens for it: what the account does counts as theirs. */
  readonly peopleBehind: (account: PersonId) => Promise<PersonId[]>
  /** Who has answered for developing a model, and who stood in for whom on it, at any moment since. */
  readonly dutiesOn: (db: Db, model: ModelId, since: string) => Promise<DutiesOn>
}

/** Roles that the policies ask an approval from. */
export function rolesAsked({ policies }: Pick<Situation, 'policies'>): Parties['roles'] {
  return [...new Set(policies.flatMap(({ document }) => document.approvals.flatMap(rolesOf)))]
}

/** Those of them that may be handed on to somebody else. */
export function rolesHandedOn({ policies }: Pick<Situation, 'policies'>): Parties['roles'] {
  const rules = policies.flatMap(({ document }) => document.approvals)
  return [...new Set(rules.filter(({ delegation }) => delegation !== 'refused').flatMap(rolesOf))]
}

export function thingsOf({
  model,
  version,
  environment,
}: Pick<Situation, 'model' | 'version'> & { environment: string | { name: string } }): Thing[] {
  const name = typeof environment === 'string' ? environment : environment.name
  return [`model:${model.id}`, `version:${version.id}`, `environment:${name}`]
}

export function alreadyClosed({ id, state }: { id: string; state: string }) {
  return conflict(`review ${id} is ${state === 'open' ? 'closed' : state.replace('_', ' ')} already`)
}
