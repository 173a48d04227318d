import type { InboundItem, NewEvent, ParsedWebhook, WebhookRequest } from '@parley/core'
import { INSTAGRAM, MESSENGER, type PlatformProduct } from '../../../../adapters/meta/platform/product.ts'
import { parsePlatformWebhook } from '../../../../adapters/meta/platform/receive/parse.ts'

/** Fixtures of our own: a bakery in Leipzig and its customers. */
export const PAGE = '660000000000001'
export const ADA = '7100000000000001'
export const CONNECTION = {
  id: '0198f1a2-0000-7000-8000-000000000001',
  tenantId: '0198f1a2-0000-7000-8000-0000000000aa',
}
export const RECEIVED_AT = new Date('2026-09-01T10:00:00Z')
export const AT = 1_788_256_800_123

type Fields = Record<string, unknown>

export function request(body: unknown, more: Partial<WebhookRequest> = {}): WebhookRequest {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return {
    method: 'POST',
    body: bytes,
    headers: {},
    query: {},
    url: 'https://h.example',
    receivedAt: RECEIVED_AT,
    ...more,
  }
}

/** Ada does something. */
export function byAda(what: Fields): Fields {
  return { sender: { id: ADA }, recipient: { id: PAGE }, timestamp: AT, ...what }
}

/** The page does something to Ada. */
export function byPage(what: Fields): Fields {
  return { sender: { id: PAGE }, recipient: { id: ADA }, timestamp: AT, ...what }
}

export function envelope(product: PlatformProduct, ...messaging: unknown[]): Fields {
  return { object: product.object, entry: [{ id: PAGE, time: AT, messaging }] }
}

export function parsed(product: PlatformProduct, body: unknown): Extract<ParsedWebhook, { ok: true }> {
  const result = parsePlatformWebhook(product, request(body))
  if (!result.ok) throw new Error(`refused: ${result.field}: ${result.detail}`)
  return result
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks into data of every type
export function eventOf(item: InboundItem<any> | undefined): NewEvent<any> {
  if (item === undefined) throw new Error('expected an item')
  const event = item.toEvent(CONNECTION)
  const { error } = event.type.schema.validate(event.data)
  if (error !== undefined) throw new Error(`${event.type.type} does not meet its schema: ${error.message}`)
  return event
}

/** Events of elements, each checked against its schema. */
export function eventsOf(product: PlatformProduct, ...elements: unknown[]) {
  return parsed(product, envelope(product, ...elements)).items.map(eventOf)
}

export const onMessenger = (...elements: unknown[]) => eventsOf(MESSENGER, ...elements)
export const onInstagram = (...elements: unknown[]) => eventsOf(INSTAGRAM, ...elements)

/** What Ada's message says. */
export function contentsOf(message: Fields) {
  return onInstagram(byAda({ message: { mid: 'm_1', ...message } })).map((event) => event.data.content)
}
