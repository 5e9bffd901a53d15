import { type AccessParts, createPeople } from './people.ts'
import { createSignIn } from './sign-in.ts'
import { createTokens } from './tokens.ts'

export type Access = ReturnType<typeof createAccess>

/** People, sessions, tokens and roles. */
export function createAccess(parts: AccessParts) {
  return { people: createPeople(parts), signIn: createSignIn(parts), tokens: createTokens(parts) }
}
