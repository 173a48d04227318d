import type { EventStream, StreamDelivery } from '@parley/core'
import { groupBy, mergeMap, type Observable } from 'rxjs'
import type { Parts } from '../context.ts'
import { deliver } from '../delivering/deliver.ts'
import { type DeliveryQueued, deliveryQueued } from '../events.ts'

type Queued = StreamDelivery<DeliveryQueued>

/** Sends what is due: a few at once for each address, so that a slow one does not hold up the others. */
export function deliveries(parts: Parts): EventStream {
  const { prefetch, perEndpoint } = parts.settings
  return {
    id: 'deliveries',
    on: [deliveryQueued],
    prefetch,
    pipe: (source) =>
      (source as Observable<Queued>).pipe(
        groupBy(({ event }) => event.data.subscriptionId),
        mergeMap((ofOne) => ofOne.pipe(mergeMap((queued) => queued.run(() => handle(parts, queued)), perEndpoint))),
      ),
  }
}

/** Never throws: what could not be written down comes back. */
async function handle(parts: Parts, queued: Queued): Promise<void> {
  try {
    await deliver(parts, queued.event.tenantid, queued.event.data, queued.signal)
    queued.ack()
  } catch (error) {
    queued.nack(error instanceof Error ? error : new Error(String(error)))
  }
}
