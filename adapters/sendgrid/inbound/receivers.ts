import type { Connection } from '@parley/core'

/** The connection's address, and others that are its own. In lower case. */
export function ownAddresses({ externalId, settings }: Connection): readonly string[] {
  const { addresses } = settings
  const others = Array.isArray(addresses) ? addresses.map(String) : []
  return [externalId, ...others].map((address) => address.toLowerCase())
}

/**
 * Whose mail it is: of the tenant's connections those that the envelope names, as one host name has one URL at SendGrid;
 * the URL's own when it names none of them.
 */
export function receiversOf(
  called: Connection,
  siblings: readonly Connection[],
  envelopeTo: readonly string[],
): readonly Connection[] {
  const named = siblings.filter((one) => ownAddresses(one).some((address) => envelopeTo.includes(address)))
  return named.length === 0 ? [called] : named
}
