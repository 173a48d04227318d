import type { Consents, MessengerSend, OutboundContent, UnitOfWork } from '@parley/core'
import type { ThreadRecord } from '../models/thread.ts'

/**
 * A mail that is no answer says how to end such mails (RFC 8058), unless whoever wrote it said so already. Mailboxes only
 * follow https.
 */
export async function withUnsubscribe(
  consents: Consents | undefined,
  uow: UnitOfWork,
  { content, purpose = 'conversation' }: Pick<MessengerSend, 'content' | 'purpose'>,
  thread: Pick<ThreadRecord, 'contactId' | 'channel' | 'address'>,
): Promise<OutboundContent> {
  if (content.kind !== 'email' || purpose === 'conversation' || content.unsubscribeUrl !== undefined) return content
  const { contactId, channel, address } = thread
  const unsubscribeUrl = await consents?.unsubscribeUrl(uow, { contactId, channel, address, purpose })
  return unsubscribeUrl?.startsWith('https:') ? { ...content, unsubscribeUrl } : content
}
