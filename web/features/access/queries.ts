import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import {
  type GrantInput,
  NewToken,
  Person,
  type PersonInput,
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

export const createPerson = (input: PersonInput) => send('POST', '/people', Person, input)
export const disablePerson = (id: string) => send('POST', at(['people', id, 'disable']), Person, {})
export const addGrant = (id: string, input: z.infer<typeof GrantInput>) =>
  send('POST', at(['people', id, 'grants']), Person, input)
export const removeGrant = (id: string, role: string, model: string | null) =>
  send('DELETE', at(['people', id, 'grants'], { role, model: model ?? undefined }), Person)

export const tokens = queryOptions({
  queryKey: ['access', 'tokens'],
  queryFn: async () => (await get('/tokens', z.object({ tokens: z.array(Token) }))).tokens,
})

export const createToken = (input: TokenInput) => send('POST', '/tokens', NewToken, input)
export const rotateToken = (id: string) => send('POST', at(['tokens', id, 'rotate']), NewToken, {})
export const revokeToken = (id: string) => sendOnly('DELETE', at(['tokens', id]))
