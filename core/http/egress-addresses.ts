import { BlockList, isIP } from 'node:net'

/** IANA special-purpose IPv4 networks: nothing in them is a public server. */
const PRIVATE_V4: readonly (readonly [network: string, prefix: number])[] = [
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

/**
 * The same for IPv6, and every network that carries an IPv4 address inside: NAT64, 6to4, Teredo, the old compatible form.
 * `BlockList` itself unwraps only `::ffff:0:0/96`.
 */
const PRIVATE_V6: readonly (readonly [network: string, prefix: number])[] = [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
]

export function privateNetworks(): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of PRIVATE_V4) list.addSubnet(network, prefix, 'ipv4')
  for (const [network, prefix] of PRIVATE_V6) list.addSubnet(network, prefix, 'ipv6')
  return list
}

/** Networks of ours that user-set URLs may reach all the same: `10.1.2.0/24`. */
export function networksOf(cidrs: readonly string[]): BlockList {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [network = '', prefix = ''] = cidr.split('/')
    list.addSubnet(network, Number(prefix), isIP(network) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** True when a request for a user may not connect there. What is no address at all is blocked too. */
export function isBlocked(address: string, blocked: BlockList, allowed: BlockList): boolean {
  const plain = address.replace(/%.*$/, '')
  const family = isIP(plain)
  if (family === 0) return true
  const kind = family === 6 ? 'ipv6' : 'ipv4'
  return blocked.check(plain, kind) && !allowed.check(plain, kind)
}
