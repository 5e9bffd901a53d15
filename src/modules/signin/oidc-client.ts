import { readFile } from 'node:fs/promises'
import type { Configuration } from 'openid-client'
import type { Provider } from './providers.ts'

/** Loaded with the first sign-in by a provider, so that a server that starts does not wait for it. */
export const openid = () => import('openid-client')

/** How long a provider may take to answer, in seconds. */
export const timeout = 10
/** How long what a provider says of itself is believed, in milliseconds. */
const believedFor = 3_600_000

async function secretOf(provider: Provider): Promise<string | undefined> {
  if (provider.client_secret_file === undefined) return provider.client_secret
  return (await readFile(provider.client_secret_file, 'utf8')).trim()
}

/** Asks a provider what it offers. Its own addresses must use TLS, unless it is on this machine. */
export async function discover(provider: Provider): Promise<Configuration> {
  const client = await openid()
  const secret = await secretOf(provider)
  const isLocal = provider.issuer.startsWith('http:')
  const settings = [
    // ID tokens come over TLS from the provider itself; their signatures are verified all the same.
    client.enableNonRepudiationChecks,
    ...(isLocal ? [client.allowInsecureRequests] : []),
  ]
  const asked = await client.discovery(
    new URL(provider.issuer),
    provider.client_id,
    undefined,
    secret === undefined ? client.None() : client.ClientSecretPost(secret),
    { execute: settings, timeout },
  )
  const offered = asked.serverMetadata().token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  if (secret === undefined || offered.includes('client_secret_post')) return asked
  const basic = client.ClientSecretBasic(secret)
  const config = new client.Configuration(asked.serverMetadata(), provider.client_id, undefined, basic)
  config.timeout = timeout
  for (const set of settings) set(config)
  return config
}

/** What each provider says of itself, asked when it is first needed. */
export function createOidcClients(now: () => number = Date.now) {
  const known = new Map<string, { at: number; config: Promise<Configuration> }>()
  return function clientOf(provider: Provider): Promise<Configuration> {
    const found = known.get(provider.id)
    if (found && found.at + believedFor > now()) return found.config
    const config = discover(provider)
    known.set(provider.id, { at: now(), config })
    // A provider that does not answer is asked again the next time.
    config.catch(() => known.delete(provider.id))
    return config
  }
}
export type OidcClients = ReturnType<typeof createOidcClients>
