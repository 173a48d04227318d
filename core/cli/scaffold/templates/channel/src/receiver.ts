import { createHash } from 'node:crypto'
import {
  channelMessageReceived,
  channelStatusChanged,
  channelUnknownReceived,
  type InboundItem,
  type NewEvent,
  type ParsedWebhook,
  type WebhookReceiver,
  type WebhookRequest,
} from '@parley/core'
import { CHANNEL, identity, lane, sender } from './person.ts'
import type { Settings } from './settings.ts'
import { type Element, elementsOf, SECRETS, type Told, verify } from './vendor.ts'

/** Takes the vendor's calls. One endpoint may serve many accounts: each element says whose it is. */
export function acmegramReceiver({ maxWebhookBytes }: Settings): WebhookReceiver {
  return { secrets: SECRETS, maxBytes: maxWebhookBytes, verify, parse }
}

/** Every element becomes one item, whatever it is. Only a body that is none of the vendor's is refused. */
export function parse(request: WebhookRequest): ParsedWebhook {
  const elements = elementsOf(request)
  if (elements === undefined) return { ok: false, field: 'body', detail: 'this is nothing that the vendor posts' }
  const receivedAt = request.receivedAt ?? new Date(0)
  return {
    ok: true,
    items: elements.map((element) => itemOf(element, receivedAt)),
    unknown: elements.filter(({ told }) => told === undefined).length,
  }
}

function itemOf(element: Element, receivedAt: Date): InboundItem {
  const { account, fact, told, raw, kind } = element
  const occurredAt = (element.at ?? receivedAt).toISOString()
  const from = (connectionId: string) => ({ connectionId, channel: CHANNEL, occurredAt })
  if (told !== undefined) return { account, dedupeKey: factOf(told), toEvent: ({ id }) => eventOf(told, id, from(id)) }
  const hash = createHash('sha256').update(fact).digest('hex')
  return {
    account,
    dedupeKey: `unknown:${hash}`,
    toEvent: ({ id }) => ({
      type: channelUnknownReceived,
      key: id,
      data: { ...from(id), vendorKind: kind, raw },
    }),
  }
}

/** What makes a redelivery a duplicate is the fact, not the call that carried it. */
function factOf(told: Told): string {
  return told.what === 'status' ? `status:${told.externalId}:${told.status}` : `message:${told.externalId}`
}

type From = Readonly<Record<'connectionId' | 'channel' | 'occurredAt', string>>

function eventOf(told: Told, connectionId: string, from: From): NewEvent {
  const { person, externalId } = told
  const key = lane(connectionId, person)
  if (told.what === 'text') {
    const content = { kind: 'text', text: told.text } as const
    return {
      type: channelMessageReceived,
      key,
      data: { ...from, externalId, sender: sender(person, told.name), content },
    }
  }
  const { status, correlationId } = told
  const data = { ...from, externalId, status, recipient: identity(person) }
  return { type: channelStatusChanged, key, data: correlationId === undefined ? data : { ...data, correlationId } }
}
