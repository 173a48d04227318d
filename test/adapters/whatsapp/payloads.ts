import type { InboundItem, NewEvent, ParsedWebhook, WebhookRequest } from '@parley/core'
import { parseWebhook } from '../../../adapters/whatsapp/receive/parse.ts'

/** Fixtures of our own: a bakery in Leipzig and its customers. */
export const WABA = '304050607080901'
export const NUMBER = '208070605040302'
export const PHONE = '4915123456789'
export const CONNECTION = {
  id: '0198f1a2-0000-7000-8000-000000000001',
  tenantId: '0198f1a2-0000-7000-8000-0000000000aa',
}
export const RECEIVED_AT = new Date('2026-09-01T10:00:00Z')

type Fields = Record<string, unknown>

export function request(body: unknown, more: Partial<WebhookRequest> = {}): WebhookRequest {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return {
    method: 'POST',
    body: bytes,
    headers: {},
    query: {},
    url: 'https://hooks.example/x',
    receivedAt: RECEIVED_AT,
    ...more,
  }
}

export function envelope(...changes: Fields[]): Fields {
  return { object: 'whatsapp_business_account', entry: [{ id: WABA, changes }] }
}

/** A change of the field `messages` about our number. */
export function messaging(value: Fields, field = 'messages'): Fields {
  const metadata = { display_phone_number: '493411112233', phone_number_id: NUMBER }
  return { field, value: { messaging_product: 'whatsapp', metadata, ...value } }
}

export const ada = { profile: { name: 'Ada Krüger' }, wa_id: PHONE }

export function message(fields: Fields): Fields {
  return { from: PHONE, id: 'wamid.QURBMDAwMQ==', timestamp: '1788256800', ...fields }
}

/** The webhook of one message of Ada's. */
export function messageBody(fields: Fields): Fields {
  return envelope(messaging({ contacts: [ada], messages: [message(fields)] }))
}

export function parsed(body: unknown): Extract<ParsedWebhook, { ok: true }> {
  const result = parseWebhook(request(body))
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

/** The only event of a webhook. */
export function onlyEvent(body: unknown) {
  const { items } = parsed(body)
  if (items.length !== 1) throw new Error(`expected one item, got ${items.length}`)
  return eventOf(items[0])
}

/** What the customer said, from a message's own fields. */
export function contentOf(fields: Fields) {
  return onlyEvent(messageBody(fields)).data.content
}
