import type { Channel, ChannelCapabilities, Clock, SendRequest, SendResult } from '@parley/core'
import { type DraftParts, draftMail } from '../mail/api/draft.ts'
import type { MailApi } from '../mail/api/mail-api.ts'
import { refusalOf } from '../mail/api/refusal.ts'
import { sendgridDialect } from './dialect.ts'
import { payloadOf } from './payload.ts'
import { testAccount } from './test-account.ts'

export interface ChannelParts extends DraftParts {
  readonly api: MailApi
  readonly clock: Clock
  readonly capabilities: ChannelCapabilities
}

/** Sends through `POST /v3/mail/send`. The external id is our own Message-ID: every event and every answer names it. */
export function sendgridChannel(parts: ChannelParts): Channel {
  const dialect = sendgridDialect(parts.clock)
  return {
    capabilities: parts.capabilities,
    async send(request: SendRequest): Promise<SendResult> {
      const drafted = await draftMail(parts, request)
      if (!drafted.ok) return drafted
      const { connection, signal } = request
      const token = connection.secrets.apiKey ?? ''
      const json = payloadOf(drafted.mail, connection.externalId)
      const answer = await parts.api.call({ method: 'POST', path: '/v3/mail/send', token, json, signal })
      return refusalOf(answer, [token], dialect) ?? { ok: true, externalId: drafted.mail.messageId }
    },
    test: testAccount(parts.api, dialect),
  }
}
