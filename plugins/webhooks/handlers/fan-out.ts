import { type Clock, type Delivery as Delivered, type EventHandler, newId, type UnitOfWork } from '@parley/core'
import { OFFERED } from '../domain/event-types.ts'
import { payloadOf } from '../domain/payload.ts'
import { deliveryQueued } from '../events.ts'
import { Delivery } from '../models/delivery.ts'
import { Subscription } from '../models/subscription.ts'

/** Writes down who is to hear of an event, once for each; the sending follows. */
export function fanOut(clock: Clock): EventHandler {
  return {
    id: 'fan-out',
    on: OFFERED,
    from: 'latest',
    replayable: false,
    async handle(deliveries, uow) {
      const subscriptions = await Subscription.in(uow).where('status', 'active')
      if (subscriptions.length === 0) return
      const rows = deliveries.flatMap((delivered) =>
        subscriptions.filter((one) => wants(one, delivered)).map((one) => rowOf(one, delivered, clock.now())),
      )
      if (rows.length > 0) await queue(uow, rows)
    },
  }
}

/** What happened before somebody subscribed is not theirs to hear. */
function wants({ events, created_at }: Subscription, { event }: Delivered): boolean {
  return events.includes(event.type) && new Date(event.time) >= created_at
}

function rowOf(subscription: Subscription, { event }: Delivered, now: Date) {
  return {
    id: newId(),
    subscription_id: subscription.id,
    event_id: event.id,
    type: event.type,
    body: payloadOf(event, subscription.include_personal),
    state: 'queued' as const,
    tries: 0,
    created_at: now,
  }
}

async function queue(uow: UnitOfWork, rows: readonly ReturnType<typeof rowOf>[]): Promise<void> {
  await Delivery.in(uow).insert([...rows])
  for (const { id, subscription_id } of rows) announce(uow, id, subscription_id)
}

/** Says that a delivery is due. */
export function announce(uow: UnitOfWork, deliveryId: string, subscriptionId: string): void {
  uow.publish({ type: deliveryQueued, key: subscriptionId, data: { deliveryId, subscriptionId } })
}
