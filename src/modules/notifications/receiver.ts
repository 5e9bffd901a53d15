import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { badRequest } from '../../lib/errors.ts'
import { hostOf } from '../../lib/host.ts'
import { isPublicAddress } from './addresses.ts'

/** Names of hosts, in lower case, that may be in a private network and may be spoken to without TLS. */
export type TrustedHosts = ReadonlySet<string>

export type Address = { readonly address: string; readonly family: number }

/** A receiver whose address has been looked at; the request goes to that address and no other. */
export type Receiver = { readonly url: URL; readonly addresses: readonly Address[] }

const lookupTimeoutMs = 5000

/** Form and scheme; whether the host may be spoken to depends on its addresses. */
export function parseReceiverUrl(text: string, trusted: TrustedHosts): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const scheme = url?.protocol.slice(0, -1) ?? ''
  if (!url || (scheme !== 'https' && scheme !== 'http') || (scheme === 'http' && !isTrusted(url, trusted))) {
    throw badRequest(`Invalid webhook URL scheme: '${scheme}'. Allowed schemes are: https.`)
  }
  if (url.username !== '' || url.password !== '') {
    throw badRequest('A webhook URL must not carry a name or password; deliveries are signed with the secret.')
  }
  return url
}

/** Every address of the host, all of them public. A name that does not resolve has none. */
export async function resolveReceiver(url: URL, trusted: TrustedHosts): Promise<Receiver> {
  const host = hostOf(url)
  const addresses = isIP(host) ? [{ address: host, family: isIP(host) }] : await addressesOf(host)
  if (!isTrusted(url, trusted)) {
    const hidden = addresses.find(({ address }) => !isPublicAddress(address))
    if (hidden) {
      throw badRequest(
        `Webhook URL must not resolve to a non-public IP address. '${host}' resolves to ${hidden.address}.`,
      )
    }
  }
  return { url, addresses }
}

async function addressesOf(host: string): Promise<readonly Address[]> {
  const late = new Promise<Address[]>((resolve) => setTimeout(resolve, lookupTimeoutMs, []).unref())
  return Promise.race([lookup(host, { all: true, order: 'ipv4first' }).catch(() => []), late])
}

const isTrusted = (url: URL, trusted: TrustedHosts) => trusted.has(hostOf(url))
