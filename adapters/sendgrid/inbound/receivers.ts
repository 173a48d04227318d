import type { Connection } from '@parley/core'
import { ownAddresses } from '../../mail/api/intake.ts'

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
