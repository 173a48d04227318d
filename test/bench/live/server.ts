import { InboxKernel } from '../../plugins/inbox/inbox-kernel.ts'
import { type Order, type Ready, wallClock } from './orders.ts'

/** One process of Parley with contacts and the inbox, a Postgres of its own, and a channel that is told by IPC what to hear. */
const inbox = await InboxKernel.start({}, { listen: true })
const { baseUrl, apiKey, tenantId } = inbox.test
// Also when the bench is gone without a word.
process.once('disconnect', () => void inbox.stop().finally(() => process.exit()))
process.on('message', async (order: Order) => {
  if (order.do === 'stop') return process.disconnect()
  const at = wallClock()
  await inbox.ingest(inbox.on.message(order.person, order.id, `hello ${order.id}`))
  process.send?.({ id: order.id, at, stored: wallClock() })
})
process.send?.({ baseUrl, apiKey, tenantId } satisfies Ready)
