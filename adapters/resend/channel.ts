import type { Channel, ChannelCapabilities, SendRequest, SendResult } from '@parley/core'
import { type DraftParts, draftMail } from '../mail/api/draft.ts'
import type { MailApi } from '../mail/api/mail-api.ts'
import { refusalOf } from '../mail/api/refusal.ts'
import { resendDialect } from './dialect.ts'
import { payloadOf } from './payload.ts'
import { testAccount } from './test-account.ts'

export interface ChannelParts extends DraftParts {
  readonly api: MailApi
  readonly capabilities: ChannelCapabilities
}

/**
 * Sends through `POST /emails`. The idempotency key is our id of the message, so that a repeat within a day is not a second
 * mail. The external id is our own Message-ID, which the events' tag leads back to.
 */
export function resendChannel(parts: ChannelParts): Channel {
  return {
    capabilities: parts.capabilities,
    async send(request: SendRequest): Promise<SendResult> {
      const drafted = await draftMail(parts, request)
      if (!drafted.ok) return drafted
      const { connection, correlationId, signal } = request
      const token = connection.secrets.apiKey ?? ''
      const answer = await parts.api.call({
        ...{ method: 'POST', path: '/emails', token, signal },
        json: payloadOf(drafted.mail, correlationId),
        headers: { 'idempotency-key': correlationId },
      })
      return refusalOf(answer, [token], resendDialect) ?? { ok: true, externalId: drafted.mail.messageId }
    },
    test: testAccount(parts.api),
  }
}
