import { badRequest, forbidden } from '../../lib/errors.ts'
import { hostOf } from '../../lib/host.ts'
import type { ModelVersion } from '../registry/schema.ts'
import type { Endpoint } from './examination/index.ts'
import { columnOrderOf } from './model-file.ts'
import type { Protocol } from './schema.ts'

/** The protocol's endpoint with the columns that it takes. Only hosts that the operator named are asked. */
export function endpointOf(version: ModelVersion, protocol: Protocol, hosts: ReadonlySet<string>): Endpoint {
  const { endpoint } = protocol
  if (!endpoint) throw badRequest('the protocol names no scoring endpoint (endpoint)')
  demandAllowed(endpoint.url, hosts)
  const columns = endpoint.columns ?? columnOrderOf(version)
  if (!columns) {
    throw badRequest('neither the protocol (endpoint.columns) nor the signature says which columns the endpoint takes')
  }
  return { ...endpoint, columns }
}

/** Nothing is sent to a host that the operator has not named, nor with a password in the address. */
export function demandAllowed(url: string, hosts: ReadonlySet<string>): void {
  const address = new URL(url)
  const host = hostOf(address)
  if (address.username !== '' || address.password !== '')
    throw badRequest('the address of a scoring endpoint must not carry a password')
  if (!hosts.has(host)) {
    throw forbidden(
      `the operator has not allowed to ask ${host}: MODELKEEP_SCORING_HOSTS names the hosts that may be asked`,
      { host },
    )
  }
}
