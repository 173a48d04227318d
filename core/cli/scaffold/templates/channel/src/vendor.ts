import { createHmac, timingSafeEqual } from 'node:crypto'
import type { ChannelCapabilities, DeliveryStatus, EndpointSecrets, SendFailure, WebhookRequest } from '@parley/core'
import { asRecord, asText, type Json, parseJson } from './json.ts'

/** What is Acmegram's own: how it signs, what it posts, how it is asked, what its refusals mean. */
export const BASE_URL = 'https://api.acmegram.example'

export const capabilities: ChannelCapabilities = {
  title: 'Acmegram',
  sends: ['text'],
  maxTextLength: 4096,
  maxCaptionLength: 0,
  maxMediaBytes: {},
  window: null,
}

/** Names of the endpoint's secrets. */
export const SECRETS = ['signingSecret'] as const

/** HMAC-SHA256 of the exact bytes, in hex. */
export function verify({ body, headers }: WebhookRequest, { signingSecret }: EndpointSecrets): boolean {
  const given = headers['acmegram-signature']
  if (!signingSecret || typeof given !== 'string') return false
  const wanted = createHmac('sha256', signingSecret).update(body).digest('hex')
  return given.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted))
}

/** One element of a call. Without `told` it is of a kind that is not understood here. */
export interface Element {
  /** The vendor's id of the account that it belongs to: a connection's `externalId`. */
  readonly account: string
  /** The vendor's word for what it is. */
  readonly kind: string
  /** Names the fact: the same for the same element delivered again. */
  readonly fact: string
  readonly at: Date | undefined
  readonly told: Told | undefined
  readonly raw: unknown
}

export type Told = { readonly person: string; readonly externalId: string } & (
  | { readonly what: 'text'; readonly text: string; readonly name: string | undefined }
  | { readonly what: 'status'; readonly status: DeliveryStatus; readonly correlationId: string | undefined }
)

/** Every element of a call in its order; `undefined` when the body is none of Acmegram's. */
export function elementsOf({ body }: WebhookRequest): readonly Element[] | undefined {
  const updates = asRecord(parseJson(body))?.updates
  return Array.isArray(updates) ? updates.map(elementOf) : undefined
}

function elementOf(raw: unknown): Element {
  const update = asRecord(raw) ?? {}
  const kind = asText(update.type) ?? 'malformed'
  const at = new Date(asText(update.at) ?? '')
  return {
    account: asText(update.account) ?? '',
    kind,
    fact: asText(update.id) ?? JSON.stringify(raw),
    at: Number.isNaN(at.getTime()) ? undefined : at,
    told: toldBy(kind, update),
    raw,
  }
}

function toldBy(kind: string, update: Json): Told | undefined {
  const [person, externalId] = [asText(update.person), asText(update.message)]
  if (person === undefined || externalId === undefined) return undefined
  const text = asText(update.text)
  if (kind === 'message' && text !== undefined)
    return { what: 'text', person, externalId, text, name: asText(update.name) }
  const { status } = update
  if (kind === 'status' && (status === 'sent' || status === 'delivered' || status === 'read' || status === 'failed'))
    return { what: 'status', person, externalId, status, correlationId: asText(update.reference) }
  return undefined
}

/** A call of Acmegram's API. */
export interface ApiCall {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly json?: Json
}

/** Who asks: the connection's `externalId`, and its secret. */
export interface Account {
  readonly id: string
  readonly token: string
}

export function sendText({ id, token }: Account, person: string, text: string, reference: string): ApiCall {
  return { method: 'POST', path: '/messages', headers: bearer(token), json: { account: id, person, text, reference } }
}

/** The message's id in the answer to {@link sendText}. */
export function sentId(answer: Json): string | undefined {
  return asText(answer.id)
}

/** Asks whose the token is. */
export function whoAmI({ token }: Account): ApiCall {
  return { method: 'GET', path: '/account', headers: bearer(token) }
}

/** Id and name of the account in the answer to {@link whoAmI}. */
export function accountIn(answer: Json): { readonly id: string | undefined; readonly name: string | undefined } {
  return { id: asText(answer.account), name: asText(answer.name) }
}

/** What a refusal in Acmegram's own words means. */
export interface Refusal {
  readonly failure: SendFailure
  readonly code: string
  readonly retryAfterMs?: number
}

/** `undefined`: the words are not Acmegram's own, so that nobody knows what was done. */
export function refusalIn(status: number, answer: Json | undefined): Refusal | undefined {
  const error = asRecord(answer?.error)
  const code = asText(error?.code)
  if (code === undefined) return undefined
  if (status === 429) return { failure: 'throttled', code, retryAfterMs: Number(error?.retryAfterMs) || 1_000 }
  if (status === 401 || status === 403) return { failure: 'auth', code }
  if (code === 'unknown_person') return { failure: 'recipient', code }
  return { failure: status >= 500 ? 'retryable' : 'content', code }
}

function bearer(token: string) {
  return { authorization: `Bearer ${token}` }
}
