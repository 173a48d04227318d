import type { EventStream, StreamDelivery } from '@parley/core'
import { mergeMap, type Observable } from 'rxjs'
import type { TemplatesSettings } from '../settings.ts'
import { type SyncRequested, syncRequested } from './events.ts'
import { type SyncParts, syncConnection } from './sync-connection.ts'

type Requested = StreamDelivery<SyncRequested>

/** Answers requests for syncing, a few connections side by side. */
export function syncStream(parts: SyncParts & { readonly settings: TemplatesSettings }): EventStream {
  const { syncConcurrency } = parts.settings
  return {
    id: 'sync',
    on: [syncRequested],
    prefetch: syncConcurrency * 4,
    pipe: (source) =>
      (source as Observable<Requested>).pipe(
        mergeMap((delivery) => delivery.run(() => handle(parts, delivery)), syncConcurrency),
      ),
  }
}

/** A refusal by the vendor is recorded, and the regular syncing comes again; only what broke here is tried again at once. */
async function handle(parts: SyncParts, delivery: Requested): Promise<void> {
  const { event, signal } = delivery
  try {
    const { connectionId } = event.data
    await syncConnection(parts, { tenantId: event.tenantid, connectionId, at: new Date(event.time), signal })
    delivery.ack()
  } catch (error) {
    delivery.nack(error instanceof Error ? error : new Error(String(error)))
  }
}
