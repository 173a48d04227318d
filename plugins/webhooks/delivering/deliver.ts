import type { Parts } from '../context.ts'
import type { DeliveryQueued } from '../events.ts'
import { scheduleWake } from '../jobs/wake.ts'
import { Delivery } from '../models/delivery.ts'
import { Subscription } from '../models/subscription.ts'
import { post } from './post.ts'
import { record } from './record.ts'

/**
 * Sends one delivery and writes down what came of it. A crash in between sends it again: at least once, and the receiver
 * knows it by its `webhook-id`.
 */
export async function deliver(
  parts: Parts,
  tenantId: string,
  target: DeliveryQueued,
  signal: AbortSignal,
): Promise<void> {
  const claimed = await claim(parts, tenantId, target)
  if (claimed === undefined) return
  const tried = await post(parts, claimed.subscription, claimed.delivery, signal)
  await parts.database.transaction(tenantId, (uow) => record(parts, uow, target, tried))
}

/** What is to be sent now. An address that is left alone puts it off without a try. */
async function claim({ database, clock, jobs }: Parts, tenantId: string, target: DeliveryQueued) {
  return database.transaction(tenantId, async (uow) => {
    const delivery = await Delivery.in(uow).findOne({ id: target.deliveryId, state: 'queued' })
    const subscription = await Subscription.in(uow).findOne({ id: target.subscriptionId })
    if (delivery === undefined || subscription === undefined) return undefined
    if (subscription.status === 'disabled') {
      const settled = { state: 'dropped' as const, settled_at: clock.now() }
      await Delivery.in(uow).where({ id: delivery.id }).patch(settled)
      return undefined
    }
    if (subscription.paused_until === null || subscription.paused_until <= clock.now())
      return { delivery, subscription }
    const held = await Subscription.in(uow).findOne({ id: subscription.id }).forUpdate()
    await Delivery.in(uow)
      .where({ id: delivery.id })
      .patch({ state: 'pending', next_at: held?.paused_until ?? clock.now() })
    if (held !== undefined) await scheduleWake(uow, jobs, held)
    return undefined
  })
}
