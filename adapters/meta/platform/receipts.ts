import type { ChannelReceipts } from '@parley/core'
import type { RouteOf } from './route.ts'
import { refusalOf } from './send/outcome.ts'

/** Sender actions go to a person, not to a message: `mark_seen`, and `typing_on` for up to 20 seconds. */
export function platformReceipts(routeOf: RouteOf): ChannelReceipts {
  return {
    async markRead({ connection, externalId, to, typing, signal }) {
      const { graph, node, token } = routeOf(connection)
      for (const action of typing ? ['mark_seen', 'typing_on'] : ['mark_seen']) {
        const json = { recipient: { id: to.value }, sender_action: action }
        const answer = await graph.request({ method: 'POST', path: `/${node}/messages`, token, signal, json })
        const refusal = refusalOf(answer, [token, to.value])
        if (refusal !== undefined) return refusal
      }
      return { ok: true, externalId }
    },
  }
}
