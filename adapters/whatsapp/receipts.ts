import type { ChannelReceipts } from '@parley/core'
import type { GraphClient } from '../meta/graph-client.ts'
import { refusalOf } from './send/outcome.ts'

/** Marks a message read (and all before it); with `typing`, shows "typing…" for 25 seconds or until the answer comes. */
export function whatsappReceipts(graph: GraphClient): ChannelReceipts {
  return {
    async markRead({ connection, externalId, typing, signal }) {
      const token = connection.secrets.accessToken ?? ''
      const answer = await graph.request({
        method: 'POST',
        path: `/${encodeURIComponent(connection.externalId)}/messages`,
        token,
        signal,
        json: {
          messaging_product: 'whatsapp',
          status: 'read',
          message_id: externalId,
          ...(typing ? { typing_indicator: { type: 'text' } } : {}),
        },
      })
      return refusalOf(answer, [token]) ?? { ok: true, externalId }
    },
  }
}
