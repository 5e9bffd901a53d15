import type { Db } from '../../db/database.ts'
import type { Clock } from '../../lib/clock.ts'
import { conflict } from '../../lib/errors.ts'
import type { Write } from '../audit/index.ts'
import type { PersonId, Thing } from '../audit/schema.ts'
import type { Registry } from '../registry/index.ts'
import type { Parties } from './separation.ts'
import type { Situation, SituationParts } from './situation.ts'

export type ReviewParts = SituationParts & {
  readonly db: Db
  readonly write: Write
  readonly clock: Clock
  readonly registry: Registry
  /** Who set up a service account or made tokens for it: what the account does counts as theirs. */
  readonly peopleBehind: (account: PersonId) => Promise<PersonId[]>
}

/** Roles that the policies ask an approval from. */
export function rolesAsked({ policies }: Pick<Situation, 'policies'>): Parties['roles'] {
  return [...new Set(policies.flatMap(({ document }) => document.approvals.map(({ role }) => role)))]
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
  return conflict(`review ${id} is ${state === 'open' ? 'closed' : state} already`)
}
