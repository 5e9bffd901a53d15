import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { PersonalKey, type Session } from '../../../src/modules/access/schema.ts'
import type { SetUpInput } from '../../../src/modules/setup/schema.ts'
import {
  Account,
  CeremonyOptions,
  FactorAdded,
  Identity,
  type IdentityInput,
  RecoveryCodes,
  SecondFactorRule,
  SessionInfo,
  SignedIn,
  SignInAnswer,
  SignInDoors,
  TotpOffer,
} from '../../../src/modules/signin/schema.ts'
import { at, get, href, keepCsrfToken, send, sendOnly } from '../../api/http.ts'
import { askPasskey, makePasskey } from './webauthn.ts'

function keep<S extends Session>(session: S): S {
  keepCsrfToken(session.csrf)
  return session
}

export const personalKeys = queryOptions({
  queryKey: ['account', 'keys'],
  queryFn: async () => (await get('/account/keys', z.object({ keys: z.array(PersonalKey) }))).keys,
})
export const revokeKey = (id: string) => sendOnly('DELETE', at(['account', 'keys', id]))

export const doors = queryOptions({ queryKey: ['sign-in', 'doors'], queryFn: () => get('/sign-in', SignInDoors) })

export async function signIn(login: string, password: string): Promise<SignInAnswer> {
  const answer = await send('POST', '/session', SignInAnswer, { login, password })
  return answer.outcome === 'signed_in' ? keep(answer) : answer
}

export const giveCode = async (method: 'totp' | 'recovery', code: string) =>
  keep(await send('POST', '/session/second-factor', SignedIn, { method, code }))

export async function givePasskey(): Promise<SignedIn> {
  const { options } = await send('POST', '/session/second-factor/options', CeremonyOptions, {})
  const credential = await askPasskey(options)
  return keep(await send('POST', '/session/second-factor', SignedIn, { method: 'passkey', credential }))
}

export async function signInWithPasskey(): Promise<SignedIn> {
  const { options } = await send('POST', '/session/passkey/options', CeremonyOptions, {})
  const credential = await askPasskey(options)
  return keep(await send('POST', '/session/passkey', SignedIn, { credential }))
}

/** Where a provider's button leads. */
export const startOf = (provider: string, next: string) => href(['sign-in', 'oidc', provider, 'start'], { next })

export const account = queryOptions({ queryKey: ['account', 'security'], queryFn: () => get('/account', Account) })
export const sessions = queryOptions({
  queryKey: ['account', 'sessions'],
  queryFn: async () => (await get('/account/sessions', z.object({ sessions: z.array(SessionInfo) }))).sessions,
})

async function added(answer: Promise<FactorAdded>): Promise<FactorAdded> {
  const factor = await answer
  keep(factor.session)
  return factor
}

export const offerTotp = () => send('POST', '/account/totp', TotpOffer, {})
export const confirmTotp = (code: string) => added(send('POST', '/account/totp/confirm', FactorAdded, { code }))
export const removeTotp = () => sendOnly('DELETE', '/account/totp')

export async function addPasskey(name: string): Promise<FactorAdded> {
  const { options } = await send('POST', '/account/passkeys/options', CeremonyOptions, {})
  const credential = await makePasskey(options)
  return added(send('POST', '/account/passkeys', FactorAdded, { name, credential }))
}
export const removePasskey = (id: string) => sendOnly('DELETE', at(['account', 'passkeys', id]))
export const renewCodes = () => send('POST', '/account/recovery-codes', RecoveryCodes, {})
export const endSession = (id: string) => sendOnly('DELETE', at(['account', 'sessions', id]))
export const endOtherSessions = () => sendOnly('DELETE', '/account/sessions')

export const rule = queryOptions({
  queryKey: ['sign-in', 'rule'],
  queryFn: () => get('/second-factor-rule', SecondFactorRule),
})
export const setRule = (next: SecondFactorRule) => send('PUT', '/second-factor-rule', SecondFactorRule, next)
export const resetSecondFactor = (person: string) => sendOnly('DELETE', at(['people', person, 'second-factor']))

export const finishSetUp = (input: SetUpInput) => sendOnly('POST', '/set-up', input)

const Identities = z.object({ identities: z.array(Identity) })

export const identitiesOf = (person: string) =>
  queryOptions({
    queryKey: ['access', 'identities', person],
    queryFn: async () => (await get(at(['people', person, 'identities']), Identities)).identities,
    retry: false,
  })
export const linkIdentity = (person: string, input: IdentityInput) =>
  send('POST', at(['people', person, 'identities']), Identities, input)
export const unlinkIdentity = (person: string, { issuer, subject }: Identity) =>
  send('DELETE', at(['people', person, 'identities'], { issuer, subject }), Identities)
