import type { Author, Channel, OutboundContent } from '@parley/core'
import { checkSend } from '../domain/sendability.ts'
import type { MessageError } from '../models/message.ts'
import type { Claim } from './claim.ts'

/** How a refusal at the last moment is told, where a vendor's own refusal of the same has another name. */
const REASONS: Readonly<Record<string, string>> = { 'window-closed': 'window' }

/**
 * A send may have waited for hours, for a credential or behind others. It passes the gate again before it goes out: what the
 * vendor would refuse, and what the customer has asked not to get meanwhile, goes back to the agent with the reason.
 */
export function noLongerSendable(
  claim: Claim,
  content: OutboundContent,
  about: { readonly author: Author; readonly capabilities: Channel['capabilities']; readonly now: Date },
): MessageError | undefined {
  const { author, capabilities, now } = about
  const { windowExpiresAt: expiresAt, customerAt, consent, standing } = claim
  const facts = {
    ...{ now, capabilities, health: 'ok' as const, opener: null, expiresAt, customerAt },
    ...{ consent, standing, blocked: false },
  }
  const passed = checkSend(facts, content, 'conversation', author.kind === 'agent')
  if (passed.ok || (passed.reason !== 'window-closed' && passed.reason !== 'opted-out')) return undefined
  return { reason: REASONS[passed.reason] ?? passed.reason, detail: passed.detail }
}

/** What a send that waits comes to when its account is disconnected. */
export const DISCONNECTED: MessageError = {
  reason: 'disconnected',
  detail: 'The account that this was to be sent from was disconnected.',
}
