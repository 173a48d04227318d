import { type ChannelUnknownReceived, channelUnknownReceived } from '../../contracts/events/channel.ts'
import type { EventAppender } from '../../events/appender.ts'
import { ParleyError, UnavailableError } from '../../plugin/errors.ts'
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

/** The log refused an event before anything was stored: it breaks its schema, is too large, or nobody declared it. */
export function isRefusedEvent(error: unknown): error is ParleyError {
  return error instanceof ParleyError && !(error instanceof UnavailableError) && error.code.startsWith('event.')
}

/**
 * The items with every event that the log refuses replaced; `invalid` says how many. Only run after a refusal, since it
 * checks each event once more. What is too large stays out of the event; the kept call has it.
 */
export function replaceInvalid(
  items: readonly IngestItem[],
  log: Pick<EventAppender, 'prepare'>,
  adapter: string,
  receivedAt: Date,
): { readonly items: readonly IngestItem[]; readonly invalid: number } {
  let invalid = 0
  const mended = items.map((item) => {
    const refusal = refusalOf(item, log)
    if (refusal === undefined) return item
    invalid += 1
    const { type, data, key } = item.event
    const raw = refusal === 'event.too-large' ? { dedupeKey: item.dedupeKey, refused: refusal } : data
    const event = unknown(item.dedupeScope, adapter, receivedAt, type.type, raw)
    return { ...item, event: { ...event, key }, dedupeKey: invalidKey(item.dedupeKey) }
  })
  return { items: mended, invalid }
}

function refusalOf(item: IngestItem, log: Pick<EventAppender, 'prepare'>): string | undefined {
  try {
    log.prepare(item.tenantId, item.event, { source: item.source, correlationId: item.dedupeKey })
    return undefined
  } catch (error) {
    if (isRefusedEvent(error)) return error.code
    throw error
  }
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
