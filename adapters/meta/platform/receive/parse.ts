import type { ParsedWebhook, WebhookRequest } from '@parley/core'
import { type MetaEntry, openEnvelope } from '../../envelope.ts'
import { asRecord, asText, type Json } from '../../json.ts'
import type { Reading } from '../../reading.ts'
import { UnknownFields } from '../../unknown-fields.ts'
import type { PlatformProduct } from '../product.ts'
import { ELEMENT_READERS } from './elements/index.ts'
import { type Entry, placeOf, unknown, unknownInEntry } from './place.ts'

/** What an entry or an element says about itself. */
const ABOUT_ENTRY = new Set(['id', 'time', 'hop_context'])
const ABOUT_ELEMENT = new Set(['sender', 'recipient', 'timestamp', 'is_echo', 'prior_message', 'hop_context'])

/**
 * Walks every element of every array of every entry, in payload order; each becomes one item or several, or
 * `channel.unknown.received.v1`. Only a wrong top level refuses the webhook.
 */
export function parsePlatformWebhook(product: PlatformProduct, request: WebhookRequest): ParsedWebhook {
  const envelope = openEnvelope(request.body, product.object)
  if (!envelope.ok) return envelope
  const unknownFields = new UnknownFields()
  const receivedAt = request.receivedAt ?? new Date(0)
  const readings = envelope.entries.flatMap((entry) => readEntry(entry, { product, receivedAt, unknownFields }))
  const counts = unknownFields.counts()
  return {
    ok: true,
    items: readings.map((reading) => reading.item),
    unknown: readings.filter((reading) => reading.unknown).length,
    ...(counts === undefined ? {} : { unknownFields: counts }),
  }
}

function readEntry(
  { id, time, fields, raw }: MetaEntry,
  shared: Pick<Entry, 'product' | 'receivedAt' | 'unknownFields'>,
): readonly Reading[] {
  const entry: Entry = { ...shared, account: id, entryTime: time }
  if (fields === undefined) return [unknownInEntry(entry, 'entry:malformed', raw)]
  const readings = Object.entries(fields).flatMap(([name, elements]) => readArray(entry, name, elements))
  return readings.length > 0 ? readings : [unknownInEntry(entry, 'entry:empty', raw)]
}

function readArray(entry: Entry, name: string, elements: unknown): readonly Reading[] {
  if (ABOUT_ENTRY.has(name)) return []
  if (!Array.isArray(elements)) return [unknownInEntry(entry, `entry.${name}`, { [name]: elements })]
  if (name === 'messaging' || name === 'standby')
    return elements.flatMap((element) => readElement(entry, element, name === 'standby'))
  if (name === 'changes') return elements.flatMap((change) => readChange(entry, change))
  return elements.map((element) => unknownInEntry(entry, `entry.${name}`, element))
}

/**
 * `{ field, value }`. The dashboard's test button sends an element of a conversation in this form (Instagram's documents,
 * "Webhooks"); everything else is about posts and comments, which no channel reads.
 */
function readChange(entry: Entry, raw: unknown): readonly Reading[] {
  const change = asRecord(raw)
  const value = asRecord(change?.value)
  const field = asText(change?.field) ?? 'malformed'
  const conversational = value !== undefined && asRecord(value.sender) !== undefined
  return conversational
    ? readElement(entry, value, field === 'standby')
    : [unknownInEntry(entry, `field:${field}`, raw)]
}

function readElement(entry: Entry, raw: unknown, standby: boolean): readonly Reading[] {
  const element = asRecord(raw)
  if (element === undefined) return [unknownInEntry(entry, 'messaging:malformed', raw)]
  const place = placeOf(entry, element, standby)
  const kinds = Object.keys(element).filter((name) => ELEMENT_READERS.has(name))
  if (kinds.length === 0) return [unknown(place, `messaging:${strangest(element)}`)]
  entry.unknownFields.note('messaging', element, ABOUT_ELEMENT_AND_KINDS)
  return kinds.flatMap((kind) => ELEMENT_READERS.get(kind)?.(asRecord(element[kind]) ?? {}, place) ?? [])
}

const ABOUT_ELEMENT_AND_KINDS = new Set([...ABOUT_ELEMENT, ...ELEMENT_READERS.keys()])

/** The field that would have said what it is. */
function strangest(element: Json): string {
  return Object.keys(element).find((name) => !ABOUT_ELEMENT.has(name)) ?? 'empty'
}
