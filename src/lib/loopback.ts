import { isIPv4 } from 'node:net'

/** Whether a host name or address, without its port, is this machine's own and reachable from nowhere else. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'))
}
