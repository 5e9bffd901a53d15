import { isIP } from 'node:net'

/** Whom passkeys are made for: the server's name as browsers see it. */
export type RelyingParty = { readonly id: string; readonly origin: string }

/** Browsers know passkeys only for names, and only over TLS or on this machine; undefined for every other address. */
export function relyingPartyOf(publicUrl: string): RelyingParty | undefined {
  const { hostname, origin, protocol } = new URL(publicUrl)
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost')
  if (isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0 || (protocol !== 'https:' && !isLocal)) return undefined
  return { id: hostname, origin }
}
