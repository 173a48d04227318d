import type { Parts } from '../context.ts'

export const LINK_PURPOSE = 'consent.unsubscribe'

/** What a link carries, signed: whom it stops, on which channel, for what. Ids and a hash, no address. */
export interface LinkClaims {
  readonly tenantId: string
  readonly contactId: string
  readonly channel: string
  readonly purpose: string
  /** The hash of the address that the message went to. */
  readonly subject: string
}

const DAY_SECONDS = 86_400

/** One letter each: a header line of a mail should stay short. */
export function unsubscribeLink(
  { tokens, settings }: Pick<Parts, 'tokens' | 'settings'>,
  { tenantId, contactId, channel, purpose, subject }: LinkClaims,
): string {
  const claims = { t: tenantId, c: contactId, h: channel, p: purpose, s: subject }
  const token = tokens.sign(LINK_PURPOSE, claims, settings.linkDays * DAY_SECONDS)
  return new URL(`/unsubscribe/${token}`, settings.publicUrl).href
}

/** `undefined` when it is forged, cut short or too old. */
export function readLink({ tokens }: Pick<Parts, 'tokens'>, token: string): LinkClaims | undefined {
  const claims = tokens.verify(LINK_PURPOSE, token)
  if (claims === undefined) return undefined
  const { t: tenantId = '', c: contactId = '', h: channel = '', p: purpose = '', s: subject = '' } = claims
  return { tenantId, contactId, channel, purpose, subject }
}
