import nes from '@hapi/nes'
import { wallClock } from './orders.ts'

/** How many sockets are opened at once: a wave comes when the one before is in. */
const WAVE = 50

export interface CrowdOrder {
  readonly baseUrl: string
  readonly apiKey: string
  readonly tenantId: string
  readonly clients: number
}

/** When each client was told: one list for each push, in the order of the pushes. */
export interface Told {
  readonly told: readonly (readonly number[])[]
}

interface InboxHint {
  readonly conversations: readonly { readonly conversationId: string; readonly seq?: number }[]
}

/** Many agents' screens in one process: they connect, listen, and note when they were told of which message. */
async function connect(order: CrowdOrder, note: (key: string) => void): Promise<readonly { disconnect(): unknown }[]> {
  const { baseUrl, apiKey, tenantId, clients } = order
  const auth = { headers: { authorization: `Bearer ${apiKey}` } }
  const all: InstanceType<typeof nes.Client>[] = []
  while (all.length < clients) {
    const wave = Array.from({ length: Math.min(WAVE, clients - all.length) }, async () => {
      const client = new nes.Client(`ws://${new URL(baseUrl).host}`, { timeout: 60_000 })
      client.onError = () => {}
      await client.connect({ reconnect: false, auth })
      await client.subscribe(`/live/inbox/${tenantId}`, (hint: unknown) => {
        for (const { conversationId, seq } of (hint as InboxHint).conversations) note(`${conversationId}/${seq ?? 0}`)
      })
      return client
    })
    all.push(...(await Promise.all(wave)))
  }
  return all
}

const arrivals = new Map<string, number[]>()
const note = (key: string) => {
  const known = arrivals.get(key) ?? []
  known.push(wallClock())
  arrivals.set(key, known)
}
process.once('disconnect', () => process.exit())
process.on('message', async (order: CrowdOrder | 'told') => {
  if (order !== 'told') {
    await connect(order, note)
    process.send?.({ connected: order.clients })
    return
  }
  process.send?.({ told: [...arrivals.values()] } satisfies Told)
  arrivals.clear()
})
process.send?.({ ready: true })
