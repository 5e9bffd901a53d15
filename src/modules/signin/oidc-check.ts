import { z } from 'zod'
import type { RequirementState } from '../policy/schema.ts'
import { discover, timeout } from './oidc-client.ts'
import type { Provider } from './providers.ts'

export type ProviderCheck = {
  readonly what: string
  readonly state: RequirementState
  readonly said: string
  /** Milliseconds; null where nothing was asked. */
  readonly ms: number | null
}

const KeySet = z.object({ keys: z.array(z.object({ kty: z.string(), use: z.string().optional() })) })
type Metadata = Awaited<ReturnType<typeof discover>> extends { serverMetadata(): infer M } ? M : never

/** Asks a provider what a sign-in would ask it before anybody is sent there, anew and not from memory. It changes nothing. */
export async function checkProvider(provider: Provider): Promise<ProviderCheck[]> {
  const document = 'It describes itself (discovery)'
  const began = performance.now()
  const found = await discover(provider).catch((error: unknown) => problemOf(error))
  const ms = since(began)
  if (typeof found === 'string') {
    return [{ what: document, state: 'blocked', said: found, ms }, notAsked(flow), notAsked(keys)]
  }
  const metadata = found.serverMetadata()
  const described = { what: document, state: 'met', said: `It answers as ${metadata.issuer}.`, ms } as const
  return [described, offered(metadata), await keysOf(metadata, provider)]
}

const flow = 'It offers what a sign-in needs'
const keys = 'Its signing keys can be read'
const notAsked = (what: string): ProviderCheck => ({ what, state: 'unknown', said: 'Not asked.', ms: null })

function offered(metadata: Metadata): ProviderCheck {
  const about = { what: flow, ms: null }
  if (!metadata.authorization_endpoint || !metadata.token_endpoint) {
    return { ...about, state: 'blocked', said: 'It names no address for the sign-in or for tokens.' }
  }
  if (metadata.response_types_supported && !metadata.response_types_supported.includes('code')) {
    return { ...about, state: 'blocked', said: 'It does not offer the authorization code.' }
  }
  if (!metadata.code_challenge_methods_supported?.includes('S256')) {
    return {
      ...about,
      state: 'attention',
      said: 'It offers the authorization code, and does not say that it checks PKCE.',
    }
  }
  return { ...about, state: 'met', said: 'It offers the authorization code with PKCE.' }
}

async function keysOf({ jwks_uri }: Metadata, provider: Provider): Promise<ProviderCheck> {
  const so = (state: RequirementState, said: string, ms: number | null) => ({ what: keys, state, said, ms })
  if (jwks_uri === undefined) return so('blocked', 'It names no address for them.', null)
  if (!jwks_uri.startsWith('https:') && !provider.issuer.startsWith('http:')) {
    return so('blocked', 'Their address does not use TLS.', null)
  }
  const began = performance.now()
  try {
    const reply = await fetch(jwks_uri, { redirect: 'error', signal: AbortSignal.timeout(timeout * 1000) })
    if (!reply.ok) return so('blocked', `It answered ${reply.status}.`, since(began))
    const set = KeySet.safeParse(await reply.json())
    const signing = set.data?.keys.filter(({ use }) => use === undefined || use === 'sig') ?? []
    if (signing.length === 0) return so('blocked', 'Its answer holds no key for signatures.', since(began))
    return so('met', signing.length === 1 ? 'It has one.' : `It has ${signing.length}.`, since(began))
  } catch (error) {
    return so('blocked', problemOf(error), since(began))
  }
}

/** Words for what went wrong; nothing that a provider sent is repeated. */
function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return 'It was not asked.'
  const { name, message, cause } = error
  const code = (error as { code?: unknown }).code
  if (code === 'ENOENT' || code === 'EACCES') return 'The file with the client secret cannot be read.'
  if (name === 'TimeoutError' || code === 'OAUTH_TIMEOUT') return `It gave no answer within ${timeout} seconds.`
  const below = cause instanceof Error ? (cause as { code?: unknown }).code : undefined
  if (error instanceof TypeError || message === 'fetch failed') {
    return `It was not reached${typeof below === 'string' ? ` (${below})` : ''}.`
  }
  if (error instanceof SyntaxError) return 'Its answer is not JSON.'
  return `It answered, and not as ${name === 'ClientError' || typeof code === 'string' ? 'an OpenID Connect provider for this issuer does' : 'expected'}.`
}

const since = (began: number) => Math.round((performance.now() - began) * 10) / 10
