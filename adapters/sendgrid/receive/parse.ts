import { createHash } from 'node:crypto'
import type { InboundItem, ParsedWebhook, WebhookRequest } from '@parley/core'
import { ACCOUNT_ARG } from '../payload.ts'
import { isKnown, type VendorEvent } from './event.ts'
import { factsOf } from './facts.ts'

/**
 * An array of events, each about one mail to one recipient. Each becomes the events that it means to the platform; one that
 * nobody knows is kept. Events of mails that were not ours have no account of ours, and go nowhere.
 */
export function parseEvents(request: WebhookRequest): ParsedWebhook {
  const elements = read(request.body)
  if (elements === undefined || elements.length === 0)
    return { ok: false, field: 'body', detail: 'expected an array of at least one event' }
  if (!elements.some(isEvent)) return { ok: false, field: '0.event', detail: 'expected the kind of an event' }
  const events = elements.map((element) => (isRecord(element) ? element : { raw: element }))
  // A call that comes again has the same bytes.
  const bodyId = createHash('sha256').update(request.body).digest('base64url')
  const receivedAt = request.receivedAt ?? new Date(0)
  return {
    ok: true,
    items: events.flatMap((event, index) => itemsOf(event, { receivedAt, fallbackId: `${bodyId}.${index}` })),
    unknown: events.filter((event) => !isKnown(event)).length,
  }
}

function read(body: Buffer): readonly unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'))
    return Array.isArray(parsed) ? parsed : undefined
  } catch {
    return undefined // No JSON: the caller says so.
  }
}

function isRecord(element: unknown): element is VendorEvent {
  return typeof element === 'object' && element !== null && !Array.isArray(element)
}

function isEvent(element: unknown): boolean {
  return isRecord(element) && typeof element.event === 'string'
}

function itemsOf(event: VendorEvent, call: { receivedAt: Date; fallbackId: string }): readonly InboundItem[] {
  const account = typeof event[ACCOUNT_ARG] === 'string' ? event[ACCOUNT_ARG].toLowerCase() : ''
  const id = typeof event.sg_event_id === 'string' ? event.sg_event_id : call.fallbackId
  return factsOf(event, call.receivedAt).map(({ what, toEvent }) => ({
    account,
    dedupeKey: `${what}:${id}`,
    toEvent: (connection) => toEvent(connection.id),
  }))
}
