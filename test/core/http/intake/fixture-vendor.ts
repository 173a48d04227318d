import { createHmac, timingSafeEqual } from 'node:crypto'
import { channelMessageReceived, channelUnknownReceived } from '../../../../core/contracts/events/channel.ts'
import type { InboundItem, ParsedWebhook, WebhookReceiver } from '../../../../core/plugin/webhook.ts'

/** What the fixture's vendor sends: `{ calls: [{ account, items: [{ id, kind, text }] }] }`. */
interface VendorItem {
  readonly id: string
  readonly kind: string
  readonly from?: string
  readonly text?: unknown
  readonly [field: string]: unknown
}

export const ENDPOINT_SECRETS = { appSecret: 'hush-app-secret', verifyToken: 'hush-verify-token' }

export function bodyOf(...calls: readonly { account: string; items: readonly VendorItem[] }[]): Buffer {
  return Buffer.from(JSON.stringify({ calls }))
}

export const text = (id: string, words: unknown = `text of ${id}`): VendorItem => ({
  id,
  kind: 'text',
  from: '+491511234567',
  text: words,
})

export function sign(body: Buffer, secret = ENDPOINT_SECRETS.appSecret): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}

/** An adapter's receiver with the shape of Meta's: a challenge, an HMAC over the raw bytes, many accounts in one call. */
export const receiver: WebhookReceiver = {
  secrets: ['appSecret', 'verifyToken'],
  handshake: ({ query }, secrets) =>
    query.token === secrets.verifyToken ? { status: 200, body: query.challenge ?? '' } : undefined,
  verify: ({ body, headers }, { appSecret = '' }) => {
    const given = Buffer.from(String(headers['x-vendor-signature'] ?? ''))
    const expected = Buffer.from(sign(body, appSecret))
    return given.length === expected.length && timingSafeEqual(given, expected)
  },
  parse: ({ body, receivedAt }) => parse(body, receivedAt ?? new Date(0), new Set(['text'])),
  acknowledge: { status: 200, body: 'EVENT_RECEIVED' },
}

/** The same adapter, a version later: it has learned stickers. */
export const improved: WebhookReceiver = {
  ...receiver,
  parse: ({ body, receivedAt }) => parse(body, receivedAt ?? new Date(0), new Set(['text', 'sticker'])),
}

function parse(body: Buffer, receivedAt: Date, known: ReadonlySet<string>): ParsedWebhook {
  let calls: unknown
  try {
    calls = (JSON.parse(body.toString('utf8')) as { calls?: unknown }).calls
  } catch {
    return { ok: false, field: 'body', detail: 'The body is not JSON.' }
  }
  if (!Array.isArray(calls)) return { ok: false, field: 'calls', detail: 'calls must be a list.' }
  let unknown = 0
  const items: InboundItem[] = []
  const unknownFields: Record<string, number> = {}
  for (const { account, items: elements } of calls as { account: string; items: VendorItem[] }[]) {
    for (const element of elements) {
      if (!known.has(element.kind)) unknown += 1
      if ('poll' in element) unknownFields['items.poll'] = (unknownFields['items.poll'] ?? 0) + 1
      items.push(itemOf(account, element, known.has(element.kind), receivedAt))
    }
  }
  return { ok: true, items, unknown, unknownFields }
}

function itemOf(account: string, element: VendorItem, known: boolean, receivedAt: Date): InboundItem {
  const occurredAt = receivedAt.toISOString()
  return {
    account,
    dedupeKey: known ? element.id : `unknown:${element.id}`,
    toEvent: (connection) => {
      if (element.kind === 'text' && element.text === 'BUG') throw new TypeError('hush: the customer wrote BUG')
      const from = { connectionId: connection.id, channel: 'acme', occurredAt }
      const data = known
        ? {
            ...from,
            externalId: element.id,
            sender: { identities: [{ kind: 'phone', scope: '', value: element.from ?? '+1' }] },
            content: { kind: 'text', text: element.text ?? element.kind },
          }
        : { ...from, vendorKind: element.kind, raw: element }
      const type = known ? channelMessageReceived : channelUnknownReceived
      return { type, key: `${connection.id}/${element.from ?? ''}`, data } as never
    },
  }
}
