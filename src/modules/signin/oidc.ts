import { randomBytes } from 'node:crypto'
import type { AuthorizationResponseError } from 'openid-client'
import { z } from 'zod'
import { AppError, notFound } from '../../lib/errors.ts'
import type { Access, Opened } from '../access/index.ts'
import type { Admissions } from './admission.ts'
import type { Visitor } from './local.ts'
import { checkProvider } from './oidc-check.ts'
import { createOidcClients, openid } from './oidc-client.ts'
import { lacksClaims, type Profile, profileOf } from './profile.ts'
import type { Provider } from './providers.ts'
import type { RefusedSignIn } from './schema.ts'
import type { Steps } from './steps.ts'

const kind = 'oidc'
const Began = z.object({
  provider: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  next: z.string(),
  agent: z.string(),
  replaces: z.string().optional(),
})
type Began = z.infer<typeof Began>

export type OidcEnd =
  | { outcome: 'signed_in'; opened: Opened; next: string }
  | { outcome: 'refused'; reason: RefusedSignIn; subject?: string }

type Parts = {
  access: Access
  steps: Steps
  admission: Admissions
  providers: readonly Provider[]
  publicUrl: string
  /** Tells the operator what a provider answered wrongly. */
  failed: (error: unknown, provider: string) => void
}

/** Signing in by OpenID Connect: authorization code with PKCE, state and nonce. */
export function createOidc({ access, steps, admission, providers, publicUrl, failed }: Parts) {
  const clientOf = createOidcClients()
  const callbackOf = (provider: Provider) => `${publicUrl}/api/v1/sign-in/oidc/${provider.id}/callback`

  function get(id: string): Provider {
    const provider = providers.find((each) => each.id === id)
    if (!provider) throw notFound('provider', id)
    return provider
  }

  /** Where the browser goes, and the secret that it must bring back. */
  async function begin(id: string, next: string, visitor: Visitor): Promise<{ url: URL; step: string } | undefined> {
    const provider = get(id)
    const client = await openid()
    const config = await clientOf(provider).catch((error: unknown) => failed(error, id))
    if (!config) return undefined
    const began: Began = {
      provider: id,
      state: randomBytes(24).toString('base64url'),
      nonce: randomBytes(24).toString('base64url'),
      verifier: client.randomPKCECodeVerifier(),
      next,
      agent: visitor.agent,
      replaces: visitor.replaces,
    }
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: callbackOf(provider),
      scope: provider.scopes.join(' '),
      state: began.state,
      nonce: began.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(began.verifier),
      code_challenge_method: 'S256',
    })
    const { secret } = await steps.begin(kind, began)
    return { url, step: secret }
  }

  /** `query` is what the provider sent the browser back with. */
  async function finish(id: string, step: string | undefined, query: string): Promise<OidcEnd> {
    const provider = get(id)
    const began = step === undefined ? undefined : await steps.take(kind, step, Began)
    if (began?.data.provider !== id) return { outcome: 'refused', reason: 'expired' }
    const profile = await askProfile(provider, began.data, query).catch((error: unknown) => reasonOf(error, id))
    if (typeof profile === 'string') return { outcome: 'refused', reason: profile }
    const admitted = await admission.admit(provider, profile).catch((error: unknown) => {
      // Two browsers of the same person came at once, and one was slower.
      if (error instanceof AppError) return { outcome: 'refused', reason: 'failed' } as const
      throw error
    })
    if (admitted.outcome === 'refused') return { ...admitted, subject: profile.subject }
    const { next, agent, replaces } = began.data
    const person = await access.people.get(admitted.person)
    const opened = await access.sessions.open(person, { method: 'oidc', provider: id, agent, replaces })
    return { outcome: 'signed_in', opened, next }
  }

  async function askProfile(provider: Provider, began: Began, query: string): Promise<Profile> {
    const client = await openid()
    const config = await clientOf(provider)
    const tokens = await client.authorizationCodeGrant(config, new URL(`${callbackOf(provider)}${query}`), {
      pkceCodeVerifier: began.verifier,
      expectedState: began.state,
      expectedNonce: began.nonce,
      idTokenExpected: true,
    })
    const claims = tokens.claims()
    if (!claims) throw new Error('the provider sent no ID token')
    const more = lacksClaims(provider, claims) && config.serverMetadata().userinfo_endpoint !== undefined
    const said = more ? await client.fetchUserInfo(config, tokens.access_token, claims.sub) : {}
    return profileOf(provider, claims.sub, { ...said, ...claims })
  }

  /** The person is told one of a few words; the operator finds the cause in the log. */
  function reasonOf(error: unknown, id: string): RefusedSignIn {
    const name = error instanceof Error ? error.name : ''
    const isDenied = name === 'AuthorizationResponseError'
    if (isDenied && (error as AuthorizationResponseError).error === 'access_denied') return 'denied'
    failed(error, id)
    return error instanceof TypeError || name === 'TimeoutError' ? 'unavailable' : 'failed'
  }

  /** Where to go after signing out, so that the session at the provider ends, too; undefined where that is not offered. */
  async function signOutUrl(id: string): Promise<string | undefined> {
    const provider = providers.find((each) => each.id === id)
    if (!provider?.sign_out) return undefined
    const config = await clientOf(provider).catch((error: unknown) => failed(error, id))
    if (!config?.serverMetadata().end_session_endpoint) return undefined
    const { buildEndSessionUrl } = await openid()
    return buildEndSessionUrl(config, { post_logout_redirect_uri: `${publicUrl}/sign-in` }).href
  }

  return {
    begin,
    finish,
    signOutUrl,
    check: (id: string) => checkProvider(get(id)),
    doors: providers.map(({ id, label }) => ({ id, label })),
  }
}
export type Oidc = ReturnType<typeof createOidc>
