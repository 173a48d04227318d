import type { ChannelMessageReceived, Delivery, UnitOfWork } from '@parley/core'

/**
 * What it writes and its place in the log are one transaction: every message is counted exactly once. The rows that it can
 * reach are those of the deliveries' tenant.
 */
export async function countMessages(deliveries: readonly Delivery[], { trx, tenantId }: UnitOfWork): Promise<void> {
  const counts = new Map<string, number>()
  for (const { event } of deliveries as readonly Delivery<ChannelMessageReceived>[])
    counts.set(event.data.channel, (counts.get(event.data.channel) ?? 0) + 1)
  for (const [channel, messages] of counts)
    await trx('parley_plugin_acmegram.count')
      .insert({ tenant_id: tenantId, channel, messages })
      .onConflict(['tenant_id', 'channel'])
      .merge({ messages: trx.raw('parley_plugin_acmegram.count.messages + ?', [messages]) })
}
