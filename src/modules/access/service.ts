import type { Audit } from '../audit/index.ts'
import { createPeopleBehind } from './behind.ts'
import { createLocalDeveloper } from './local.ts'
import { type AccessParts, accountsWorkspace, createPeople } from './people.ts'
import { createSignIn } from './sign-in.ts'
import { createTokens } from './tokens.ts'

export type Access = ReturnType<typeof createAccess>
export type WorkspaceAccess = ReturnType<Access['in']>

/** People, sessions, tokens, and roles per workspace. */
export function createAccess(parts: AccessParts & { audit: Pick<Audit, 'events'> }) {
  const people = createPeople(parts, accountsWorkspace)
  return {
    /** With the roles of `main`. */
    people,
    /** With the roles of another workspace. */
    in: (workspace: string) => ({
      people: workspace === accountsWorkspace ? people : createPeople(parts, workspace),
    }),
    peopleBehind: createPeopleBehind(people, parts.audit),
    signIn: createSignIn(parts),
    tokens: createTokens(parts),
    local: createLocalDeveloper(parts, people),
  }
}
