import {
  channelUnknownReceived,
  type InboundItem,
  type NewEvent,
  type ParsedWebhook,
  type WebhookReceiver,
  type WebhookRequest,
} from '@parley/core'
import { asRecord, type Json, parseJson } from './json.ts'
import { CHANNEL } from './person.ts'
import { type From, READERS } from './readers.ts'
import { verify } from './secret-token.ts'
import type { Settings } from './settings.ts'

/** Takes Telegram's calls: one update each. */
export function telegramReceiver({ maxWebhookBytes }: Settings): WebhookReceiver {
  return { secrets: ['webhookSecret'], maxBytes: maxWebhookBytes, verify, parse }
}

/** An update of a kind that we do not know, or from a group, is kept as unknown. Only what is no update is refused. */
export function parse({ body, query, receivedAt = new Date(0) }: WebhookRequest): ParsedWebhook {
  const update = asRecord(parseJson(body))
  const number = update?.update_id
  if (update === undefined || typeof number !== 'number')
    return { ok: false, field: 'update_id', detail: 'expected an update of the Bot API' }
  const kind = Object.keys(update).find((name) => name !== 'update_id') ?? 'empty'
  const heard = READERS[kind]?.(asRecord(update[kind]) ?? {}, number)
  const occurredAt = timeOf(asRecord(update[kind]), receivedAt)
  const from = (connectionId: string): From => ({ connectionId, channel: CHANNEL, occurredAt })
  const item: InboundItem = {
    account: query.bot ?? '',
    dedupeKey: heard?.dedupeKey ?? `update:${number}`,
    toEvent: ({ id }) => heard?.eventFor(from(id)) ?? unknown(from(id), kind, update),
  }
  return { ok: true, items: [item], unknown: heard === undefined ? 1 : 0 }
}

function unknown(from: From, vendorKind: string, raw: Json): NewEvent {
  return { type: channelUnknownReceived, key: from.connectionId, data: { ...from, vendorKind, raw } }
}

/** Telegram gives seconds; an edit has a time of its own. */
function timeOf(element: Json | undefined, receivedAt: Date): string {
  const seconds = element?.edit_date ?? element?.date
  return (typeof seconds === 'number' ? new Date(seconds * 1000) : receivedAt).toISOString()
}
