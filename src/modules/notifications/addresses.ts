import { BlockList, isIP } from 'node:net'
import { once } from '../../lib/once.ts'

/** What the IANA registries keep for special purposes: private, shared, loopback, link-local, documentation, multicast … */
const special4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
/** Inside of global unicast: Teredo and its neighbours, documentation, 6to4, which embeds any IPv4 address. */
const special6: readonly [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

/** Made when they are first asked: building them takes ten milliseconds of the start. */
const lists = once(() => {
  const global6 = new BlockList()
  global6.addSubnet('2000::', 3, 'ipv6')
  return { blocked4: listOf(special4, 'ipv4'), blocked6: listOf(special6, 'ipv6'), global6 }
})

function listOf(nets: readonly [string, number][], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const [net, prefix] of nets) list.addSubnet(net, prefix, family)
  return list
}

/**
 * True for an address that anybody on the internet could reach. Of IPv6 only global unicast is: that leaves out loopback,
 * link-local, unique local, multicast, and addresses that carry an IPv4 address in them.
 */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !lists().blocked4.check(address, 'ipv4')
    case 6:
      return lists().global6.check(address, 'ipv6') && !lists().blocked6.check(address, 'ipv6')
    default:
      return false
  }
}
