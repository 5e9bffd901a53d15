import type { Audit } from '../audit/index.ts'
import type { PersonId } from '../audit/schema.ts'
import { createPeopleBehind } from './behind.ts'
import { createLocalDeveloper } from './local.ts'
import { type AccessParts, accountsWorkspace, createPeople } from './people.ts'
import { createPersonalKeys } from './personal-keys.ts'
import { createRoles } from './roles.ts'
import { createSeats } from './seats.ts'
import { createSessions, type SessionLimits, usualLimits } from './sessions.ts'
import { createSignIn } from './sign-in.ts'
import { createTokens } from './tokens.ts'

export type Access = ReturnType<typeof createAccess>
export type WorkspaceAccess = ReturnType<Access['in']>

/** People, sessions, tokens, and roles per workspace. */
export function createAccess(
  parts: AccessParts & {
    audit: Pick<Audit, 'events'>
    sessionLimits?: SessionLimits | undefined
    demandsSecondFactor: (id: PersonId) => Promise<boolean>
  },
) {
  const people = createPeople(parts, accountsWorkspace)
  const sessions = createSessions({ ...parts, limits: parts.sessionLimits ?? usualLimits })
  return {
    /** With the roles of `main`. */
    people,
    /** With the roles of another workspace. */
    in: (workspace: string) => ({
      people: workspace === accountsWorkspace ? people : createPeople(parts, workspace),
      roles: createRoles(parts, workspace),
      seats: createSeats(parts, workspace),
    }),
    peopleBehind: createPeopleBehind(people, parts.audit),
    sessions,
    signIn: createSignIn({ ...parts, sessions }),
    tokens: createTokens(parts),
    personalKeys: createPersonalKeys(parts),
    local: createLocalDeveloper(parts, people),
  }
}
