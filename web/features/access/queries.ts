import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import {
  Account,
  type GrantInput,
  NewToken,
  Person,
  type PersonInput,
  type RoleChange,
  RoleDefinition,
  type RoleInput,
  Session,
  Token,
  type TokenInput,
} from '../../../src/modules/access/schema.ts'
import { at, get, keepCsrfToken, send, sendMaybe, sendOnly } from '../../api/http.ts'

function keep(session: Session): Session {
  keepCsrfToken(session.csrf)
  return session
}

export const session = queryOptions({
  queryKey: ['access', 'session'],
  queryFn: async () => keep(await get('/session', Session)),
  staleTime: 60_000,
  retry: false,
})

/** Ends the session, and says where the one of the provider ends, if there is one. */
export async function signOut(): Promise<string | undefined> {
  const continueAt = await sendMaybe('DELETE', '/session', z.object({ continue_at: z.url() }))
  keepCsrfToken(undefined)
  return continueAt?.continue_at
}

export const changePassword = (current: string, next: string) => sendOnly('PUT', '/session/password', { current, next })

export const people = queryOptions({
  queryKey: ['access', 'people'],
  queryFn: async () => (await get('/people', z.object({ people: z.array(Person) }))).people,
  staleTime: 60_000,
})

/** An account by its exact name, whichever workspaces it has to do with. */
export const lookUp = async (login: string) =>
  (await get(at(['people', 'lookup'], { login }), z.object({ person: Account.nullable() }))).person

export const createPerson = (input: PersonInput) => send('POST', '/people', Person, input)
export const disablePerson = (id: string, leave_duties: boolean) =>
  send('POST', at(['people', id, 'disable']), Person, { leave_duties })
export const enablePerson = (id: string) => send('POST', at(['people', id, 'enable']), Person)
export const addGrant = (id: string, input: z.infer<typeof GrantInput>) =>
  send('POST', at(['people', id, 'grants']), Person, input)
export const removeGrant = (id: string, role: string, model: string | null) =>
  send('DELETE', at(['people', id, 'grants'], { role, model: model ?? undefined }), Person)

export const roles = queryOptions({
  queryKey: ['access', 'roles'],
  queryFn: async () => (await get('/roles', z.object({ roles: z.array(RoleDefinition) }))).roles,
  staleTime: 60_000,
})
export const defineRole = (input: RoleInput) => send('POST', '/roles', RoleDefinition, input)
export const changeRole = (name: string, input: RoleChange) => send('PUT', at(['roles', name]), RoleDefinition, input)
export const removeRole = (name: string) => sendOnly('DELETE', at(['roles', name]))

export const tokens = queryOptions({
  queryKey: ['access', 'tokens'],
  queryFn: async () => (await get('/tokens', z.object({ tokens: z.array(Token) }))).tokens,
})

export const createToken = (input: TokenInput) => send('POST', '/tokens', NewToken, input)
export const rotateToken = (id: string) => send('POST', at(['tokens', id, 'rotate']), NewToken, {})
export const revokeToken = (id: string) => sendOnly('DELETE', at(['tokens', id]))
