import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Egress } from '@parley/core'
import type { MailServer } from './account.ts'

/** Where to connect, and whose certificate to expect there. */
export interface ReachableServer {
  readonly address: string
  readonly servername: string
}

/**
 * A mail server is named by a tenant, so its name may lead anywhere. It is resolved here, every address must be a public one,
 * and the connection goes to the address that was looked at: the name cannot change in between.
 */
export async function reachable(
  { host, port }: MailServer,
  egress: Egress,
): Promise<{ ok: true; server: ReachableServer } | { ok: false; blocked: boolean; detail: string }> {
  const addresses = isIP(host) === 0 ? await resolve(host) : [host]
  const [first] = addresses
  if (first === undefined) return { ok: false, blocked: false, detail: `The name ${host} cannot be resolved.` }
  const vetted = addresses.every(
    (address) => egress.vet(`http://${isIP(address) === 6 ? `[${address}]` : address}:${port}`).ok,
  )
  return vetted
    ? { ok: true, server: { address: first, servername: host } }
    : { ok: false, blocked: true, detail: `${host} leads to an address that is not public.` }
}

async function resolve(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address)
  } catch {
    return [] // What matters is that there is no address; the caller says so.
  }
}
