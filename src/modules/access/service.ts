import type { Audit } from '../audit/index.ts'
import { createPeopleBehind } from './behind.ts'
import { createLocalDeveloper } from './local.ts'
import { type AccessParts, createPeople } from './people.ts'
import { createSignIn } from './sign-in.ts'
import { createTokens } from './tokens.ts'

export type Access = ReturnType<typeof createAccess>

/** People, sessions, tokens and roles. */
export function createAccess(parts: AccessParts & { audit: Pick<Audit, 'events'> }) {
  const people = createPeople(parts)
  return {
    people,
    peopleBehind: createPeopleBehind(people, parts.audit),
    signIn: createSignIn(parts),
    tokens: createTokens(parts),
    local: createLocalDeveloper(parts, people),
  }
}
