import type { NewEvent, ParsedWebhook, WebhookRequest } from '@parley/core'
import { parseWebhook } from '../../../adapters/twilio/receive/parse.ts'

export const ACCOUNT_SID = `AC${'7'.repeat(32)}`
export const SID = `SM${'a'.repeat(32)}`
export const CONNECTION = '0198f1a2-0000-7000-8000-0000000000cc'

/** What Twilio sends with every SMS. */
export const SMS_FIELDS = {
  ...{ MessageSid: SID, SmsSid: SID, SmsMessageSid: SID, AccountSid: ACCOUNT_SID, ApiVersion: '2010-04-01' },
  ...{
    From: '+4915112345678',
    To: '+15005550006',
    Body: 'Hello',
    NumMedia: '0',
    NumSegments: '1',
    SmsStatus: 'received',
  },
}

/** The shape of a real one; `ReferralNumMedia` always comes. */
export const WHATSAPP_FIELDS = {
  ...{ ...SMS_FIELDS, From: 'whatsapp:+4915112345678', To: 'whatsapp:+15005550006', MessageType: 'text' },
  ...{
    ProfileName: 'Ada',
    WaId: '4915112345678',
    ReferralNumMedia: '0',
    Forwarded: 'false',
    FrequentlyForwarded: 'false',
  },
}

export function request(
  fields: Readonly<Record<string, string>>,
  query: Readonly<Record<string, string>> = {},
): WebhookRequest {
  return {
    method: 'POST',
    body: Buffer.from(new URLSearchParams(fields).toString()),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    query,
    url: 'https://parley.example/hooks/twilio/x',
    receivedAt: new Date('2026-11-20T10:00:00Z'),
  }
}

export interface ReadEvent {
  readonly type: string
  readonly key: string | undefined
  readonly account: string
  readonly dedupeKey: string
  readonly data: Readonly<Record<string, unknown>>
}

/** What was read of a call, as the connection that it is routed to gets it. Each event fits its schema. */
export function read(
  fields: Readonly<Record<string, string>>,
  query?: Readonly<Record<string, string>>,
): readonly ReadEvent[] {
  const parsed = parseWebhook(request(fields, query))
  if (!parsed.ok) throw new Error(`${parsed.field}: ${parsed.detail}`)
  return eventsOf(parsed)
}

export function eventsOf(parsed: Extract<ParsedWebhook, { ok: true }>): readonly ReadEvent[] {
  return parsed.items.map(({ account, dedupeKey, toEvent }) => {
    const event: NewEvent = toEvent({ id: CONNECTION, tenantId: CONNECTION })
    const { error } = event.type.schema.validate(event.data)
    if (error !== undefined) throw error
    return {
      type: event.type.type,
      key: event.key,
      account,
      dedupeKey,
      data: event.data as Readonly<Record<string, unknown>>,
    }
  })
}
