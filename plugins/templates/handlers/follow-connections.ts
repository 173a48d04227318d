import {
  type ChannelTemplates,
  type ConnectionHealthChanged,
  connectionCreated,
  connectionHealthChanged,
  type Delivery,
  type EventHandler,
  isEvent,
  type Selector,
} from '@parley/core'
import { requestSync } from '../sync/events.ts'

/** An account that was just connected, or works again, has templates that people want to see now. */
export function followConnections({ vendors }: { readonly vendors: Selector<ChannelTemplates> }): EventHandler {
  return {
    id: 'follow-connections',
    on: [connectionCreated, connectionHealthChanged],
    async handle(deliveries, uow) {
      const wanted = deliveries.flatMap((delivery) => (works(delivery) ? [delivery.event.data] : []))
      const kept = wanted.filter(({ provider }) => vendors.byKey(provider) !== undefined)
      for (const id of new Set(kept.map(({ connectionId }) => connectionId))) uow.publish(requestSync(id, 'connected'))
    },
  }
}

function works(delivery: Delivery): delivery is Delivery<ConnectionHealthChanged> {
  if (isEvent(connectionCreated, delivery)) return true
  return isEvent(connectionHealthChanged, delivery) && delivery.event.data.health === 'ok'
}
