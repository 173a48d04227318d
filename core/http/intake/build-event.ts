import { type ChannelUnknownReceived, channelUnknownReceived } from '../../contracts/events/channel.ts'
import type { NewEvent } from '../../plugin/event.ts'
import type { InboundItem } from '../../plugin/webhook.ts'
import type { IngestItem, RoutedConnection } from './seams.ts'

/**
 * One bad element must not cost the others of its call, and must not be lost: where the adapter cannot build its event, or
 * builds one that the event's own schema refuses, the element becomes `channel.unknown.received.v1`. Its dedupe key is
 * another one, so that replaying the call with a mended adapter still stores the true event.
 */
export interface BuiltEvent {
  readonly valid: boolean
  readonly event: NewEvent
  readonly dedupeKey: string
}

export function buildEvent(
  item: InboundItem,
  connection: RoutedConnection,
  adapter: string,
  receivedAt: Date,
): BuiltEvent {
  try {
    return { valid: true, event: item.toEvent(connection), dedupeKey: item.dedupeKey }
  } catch {
    // The error may quote the customer's words, so it is counted and not told; the call's body shows what came.
    return {
      valid: false,
      event: unknown(connection.id, adapter, receivedAt, 'not-built', { dedupeKey: item.dedupeKey }),
      dedupeKey: invalidKey(item.dedupeKey),
    }
  }
}

/** The items with every event that its schema refuses replaced; `invalid` says how many. Only run after a refusal. */
export function replaceInvalid(
  items: readonly IngestItem[],
  adapter: string,
  receivedAt: Date,
): { readonly items: readonly IngestItem[]; readonly invalid: number } {
  let invalid = 0
  const mended = items.map((item) => {
    if (item.event.type.schema.validate(item.event.data).error === undefined) return item
    invalid += 1
    const { type, data, key } = item.event
    const event = unknown(item.dedupeScope, adapter, receivedAt, type.type, data)
    return { ...item, event: { ...event, key }, dedupeKey: invalidKey(item.dedupeKey) }
  })
  return { items: mended, invalid }
}

function unknown(
  connectionId: string,
  adapter: string,
  receivedAt: Date,
  kind: string,
  raw: unknown,
): NewEvent<ChannelUnknownReceived> {
  return {
    type: channelUnknownReceived,
    key: connectionId,
    data: { connectionId, channel: adapter, occurredAt: receivedAt.toISOString(), vendorKind: `invalid:${kind}`, raw },
  }
}

function invalidKey(dedupeKey: string): string {
  return `invalid:${dedupeKey}`
}
