import type { NewEvent } from './event.ts'

/** A vendor's call, before anything is believed. */
export interface WebhookRequest {
  readonly method: 'GET' | 'POST'
  /** The exact bytes; empty for GET. */
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly query: Readonly<Record<string, string>>
  /** The absolute URL the vendor called, for schemes that sign it. */
  readonly url: string
  /** When the intake took it in: stands in for a vendor's time that is missing or unreadable. */
  readonly receivedAt?: Date
}

/** The endpoint's own secrets, decrypted: `{ appSecret, verifyToken }`. */
export type EndpointSecrets = Readonly<Record<string, string>>

export interface WebhookReply {
  readonly status: number
  readonly body?: string
  readonly contentType?: string
}

/** One element of a vendor's payload, in payload order. */
export interface InboundItem<T = unknown> {
  /** The vendor's id of the account it belongs to (a phone number id, a page id), or an alias of it; finds tenant and connection. */
  readonly account: string
  /** Unique per (connection, vendor fact): what makes a redelivery a duplicate. */
  readonly dedupeKey: string
  /** Builds the event once the connection is known. */
  toEvent(connection: { id: string; tenantId: string }): NewEvent<T>
}

export type ParsedWebhook =
  /** `unknown` counts elements of kinds the adapter does not know; each is among the items too. */
  | {
      readonly ok: true
      readonly items: readonly InboundItem[]
      readonly unknown: number
      /** Fields of known elements that the adapter does not know, by path without indexes (`messages.poll_id`): how often each was seen. */
      readonly unknownFields?: Readonly<Record<string, number>>
    }
  /** The body is not what this vendor sends: answered 400, naming the field; nothing is stored. */
  | { readonly ok: false; readonly field: string; readonly detail: string }

/** What became of a call's elements, for receivers whose vendor is told. */
export interface TakenWebhook {
  /** Which of the items, by their place, reached no tenant: nobody connected the account, or has the plugin switched on. */
  readonly unrouted: readonly number[]
}

/** What an adapter contributes to receive a vendor's calls at `/hooks/<adapter>/<endpointId>`. All but `admit` are pure. */
export interface WebhookReceiver {
  /** Names of the endpoint secrets it needs; an endpoint with one missing or empty refuses every call. */
  readonly secrets: readonly string[]
  readonly maxBytes?: number
  /** GET: the vendor's challenge. `undefined` → 403. */
  handshake?(request: WebhookRequest, secrets: EndpointSecrets): WebhookReply | undefined
  /** True when the signature over the raw bytes is right; compares in constant time. */
  verify(request: WebhookRequest, secrets: EndpointSecrets): boolean
  parse(request: WebhookRequest): ParsedWebhook
  /**
   * Whether an endpoint may bring so many elements now; it counts them. With a time to come back the call is answered 429 and
   * nothing of it is stored. For vendors whom nobody else holds back.
   */
  admit?(call: {
    readonly endpointId: string
    readonly items: number
  }): { readonly retryAfterSeconds: number } | undefined
  /** The answer for a vendor that is told what became of each element; comes before `acknowledge`. */
  answer?(parsed: Extract<ParsedWebhook, { ok: true }>, taken: TakenWebhook): WebhookReply
  /** The answer that the vendor expects once everything is stored. Default 200, empty. */
  readonly acknowledge?: WebhookReply
}
