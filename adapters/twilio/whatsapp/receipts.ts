import type { ChannelReceipts } from '@parley/core'
import { refusalOf, refuse } from '../send/outcome.ts'
import type { TwilioApi } from '../wire/twilio-api.ts'

/**
 * Twilio's typing indicator (beta, 2026): shows "typing…" for 25 seconds or until the answer comes, and marks the message
 * read. Twilio has no call that only marks as read.
 */
export function twilioReceipts(api: TwilioApi): ChannelReceipts {
  return {
    async markRead({ connection, externalId, typing, signal }) {
      if (!typing)
        return refuse('content', 'no-read-receipt', 'Twilio marks a message as read only by showing that we type')
      // Of a message with several files each has a place of its own here; at Twilio it is one message.
      const messageId = externalId.split('/', 1)[0] ?? externalId
      const answer = await api.call(connection, signal, (client) =>
        client.messaging.v2.typingIndicator.create({ channel: 'whatsapp', messageId }),
      )
      return refusalOf(answer, Object.values(connection.secrets)) ?? { ok: true, externalId }
    },
  }
}
