import type { ChannelReceipts, SendResult } from '@parley/core'
import type { BotApi } from './bot-api.ts'
import { failedSend } from './outcome.ts'

/** A bot cannot show that it read. It can show that it writes, and end the waiting of a tapped button. */
export function telegramReceipts(api: BotApi): ChannelReceipts {
  return {
    async markRead({ connection, externalId, to, typing, signal }): Promise<SendResult> {
      const token = connection.secrets.token ?? ''
      const tap = /^callback:(.+)$/.exec(externalId)?.[1]
      const calls = [
        ...(tap === undefined ? [] : [['answerCallbackQuery', { callback_query_id: tap }] as const]),
        ...(typing ? [['sendChatAction', { chat_id: to.value, action: 'typing' }] as const] : []),
      ]
      for (const [method, fields] of calls) {
        const told = await api.call(token, method, fields, signal)
        if (told.outcome !== 'answered') return failedSend(told)
      }
      return { ok: true, externalId }
    },
  }
}
