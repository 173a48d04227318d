import { problem, type Reply, type RouteRequest, type TokenSigner } from '@parley/core'
import type { AccountsSettings } from '../settings.ts'

const PURPOSE = 'accounts.csrf'

/**
 * Against foreign pages that make a browser send its cookie. The page must be ours (Origin, or Sec-Fetch-Site where a browser
 * leaves Origin out), and it must know a crumb that only an answer of ours told it, bound to the cookie's session.
 */
export function foreignPage({ headers, origin }: Pick<RouteRequest, 'headers' | 'origin'>): Reply | undefined {
  const from = headers.origin
  const same = from === undefined ? headers['sec-fetch-site'] === 'same-origin' : from === origin
  if (same) return undefined
  return problem(403, 'accounts.csrf-refused', 'A cookie is taken from pages of this address only.')
}

export function crumbFor(signer: TokenSigner, sessionId: string, { sessionSeconds }: AccountsSettings): string {
  return signer.sign(PURPOSE, { sessionId }, sessionSeconds)
}

export function crumbFits(signer: TokenSigner, { headers }: Pick<RouteRequest, 'headers'>, sessionId: string): boolean {
  const crumb = headers['x-csrf-token']
  return typeof crumb === 'string' && signer.verify(PURPOSE, crumb)?.sessionId === sessionId
}
