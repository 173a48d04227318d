import { createHash } from 'node:crypto'
import type { InboundItem, ParsedWebhook, WebhookRequest } from '@parley/core'
import { addressesIn, eventIn, type VendorEvent } from './event.ts'
import { arrivalFact, type EventFact, factsOf, isKnown } from './facts.ts'

/**
 * One event a call. What became of a mail belongs to the address that it came from; a mail that arrived, to each of ours that
 * it arrived at.
 */
export function parseEvent(request: WebhookRequest): ParsedWebhook {
  const event = eventIn(request)
  if ('field' in event) return { ok: false, ...event }
  const receivedAt = request.receivedAt ?? new Date(0)
  const { 'svix-id': svixId } = request.headers
  const id = typeof svixId === 'string' ? svixId : createHash('sha256').update(request.body).digest('base64url')
  const items = event.type === 'email.received' ? arrivals(event, receivedAt, id) : told(event, receivedAt, id)
  return { ok: true, items, unknown: isKnown(event) ? 0 : 1 }
}

function arrivals(event: VendorEvent, receivedAt: Date, id: string): readonly InboundItem[] {
  const forUs = addressesIn(event, 'received_for')
  const accounts = forUs.length > 0 ? forUs : [...addressesIn(event, 'to'), ...addressesIn(event, 'cc')]
  return [...new Set(accounts)].map((account) => itemOf(account, id, arrivalFact(event, receivedAt)))
}

function told(event: VendorEvent, receivedAt: Date, id: string): readonly InboundItem[] {
  const [account = ''] = addressesIn(event, 'from')
  return factsOf(event, receivedAt).map((fact) => itemOf(account, id, fact))
}

function itemOf(account: string, id: string, { what, toEvent }: EventFact): InboundItem {
  return { account, dedupeKey: `${what}:${id}`, toEvent: (connection) => toEvent(connection.id) }
}
