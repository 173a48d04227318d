/** An element of the Event Webhook, before anything of it is believed. */
export interface VendorEvent {
  readonly event?: unknown
  readonly email?: unknown
  /** Seconds since 1970. */
  readonly timestamp?: unknown
  readonly sg_event_id?: unknown
  readonly [field: string]: unknown
}

/** "Event Webhook Reference" (Twilio SendGrid, 2026): of delivery, and of what the person does. */
const KNOWN = new Set([
  'processed',
  'deferred',
  'delivered',
  'bounce',
  'dropped',
  'open',
  'click',
  'spamreport',
  'unsubscribe',
  'group_unsubscribe',
  'group_resubscribe',
])

export function isKnown({ event }: VendorEvent): boolean {
  return typeof event === 'string' && KNOWN.has(event)
}

export function textIn(event: VendorEvent, field: string): string {
  const value = event[field]
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

export function timeOf({ timestamp }: VendorEvent, receivedAt: Date): string {
  const seconds = Number(timestamp)
  const time = Number.isFinite(seconds) && seconds > 0 && seconds < 1e11 ? new Date(seconds * 1000) : receivedAt
  return time.toISOString()
}
