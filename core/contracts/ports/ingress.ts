import type { NewEvent } from '../../plugin/event.ts'
import { definePort } from '../../plugin/port.ts'

/** Something that came from outside over a route of our own, as an event with what makes its repetition a duplicate. */
export interface IngressItem<T = unknown> {
  readonly tenantId: string
  readonly event: NewEvent<T>
  /** Within which `dedupeKey` is unique: the connection's id. */
  readonly dedupeScope: string
  /** The sender's own id of the fact: a client-made message UUID. */
  readonly dedupeKey: string
}

/**
 * Stores what an adapter heard outside of a webhook: deduplicated and appended to the log in one round trip, as the webhook
 * intake does. Provided by the kernel and bound to the asking plugin, which becomes the events' source.
 */
export interface Ingress {
  /**
   * Resolves after COMMIT, so that the sender may be told; one answer per item, in order. Throws `event.invalid`, or an
   * UnavailableError when the storage is down (nothing was stored then).
   */
  ingest(items: readonly IngressItem[]): Promise<readonly ('stored' | 'duplicate')[]>
}

export const ingress = definePort<Ingress>('ingress')
