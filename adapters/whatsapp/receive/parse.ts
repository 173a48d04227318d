import type { ParsedWebhook, WebhookRequest } from '@parley/core'
import { type MetaEntry, openEnvelope } from '../../meta/envelope.ts'
import { asList, asRecord, asText } from '../../meta/json.ts'
import type { Reading } from '../../meta/reading.ts'
import { UnknownFields } from '../../meta/unknown-fields.ts'
import { ACCOUNT_CHANGES, readAccountChange, readErrors } from './changes/account.ts'
import { readEcho } from './changes/echoes.ts'
import { GROUP_FIELDS, readGroupNews } from './changes/groups.ts'
import { readMessage } from './changes/messages.ts'
import { readPreference } from './changes/preferences.ts'
import { readStatus } from './changes/statuses.ts'
import { type Place, placeOf, unknown } from './place.ts'

/** Readers of the arrays of a change's `value`, in the order in which their elements are handled. */
const ARRAYS: ReadonlyMap<string, (raw: unknown, place: Place) => Reading> = new Map([
  ['messages', readMessage],
  ['message_echoes', readEcho],
  ['statuses', readStatus],
  ['user_preferences', readPreference],
  ['groups', readGroupNews],
])

/** What a change says about itself or its people; no element of its own. */
const ABOUT = new Set(['messaging_product', 'metadata', 'contacts', 'errors'])

/** Fields whose arrays are read. Others either are account news or unknown as a whole. */
const MESSAGING_FIELDS = new Set([
  'messages',
  'smb_message_echoes',
  'message_echoes',
  'standby',
  'user_preferences',
  ...GROUP_FIELDS,
])

/**
 * Walks every element of every array of every change of every entry, in payload order. Each becomes one item: an event of
 * its kind, or `channel.unknown.received.v1`. Only a wrong top level refuses the webhook.
 */
export function parseWebhook(request: WebhookRequest): ParsedWebhook {
  const envelope = openEnvelope(request.body, 'whatsapp_business_account')
  if (!envelope.ok) return envelope
  const unknownFields = new UnknownFields()
  const receivedAt = request.receivedAt ?? new Date(0)
  const readings = envelope.entries.flatMap((entry) => readEntry(entry, receivedAt, unknownFields))
  const counts = unknownFields.counts()
  return {
    ok: true,
    items: readings.map((reading) => reading.item),
    unknown: readings.filter((reading) => reading.unknown).length,
    ...(counts === undefined ? {} : { unknownFields: counts }),
  }
}

function readEntry(entry: MetaEntry, receivedAt: Date, unknownFields: UnknownFields): readonly Reading[] {
  const shared = { wabaId: entry.id, entryTime: entry.time, receivedAt, unknownFields }
  if (entry.fields === undefined) return [unknown(placeOf('', {}, shared), 'entry:malformed', entry.raw)]
  const changes = entry.fields.changes
  if (!Array.isArray(changes)) return [unknown(placeOf('', {}, shared), 'changes:malformed', entry.raw)]
  return changes.flatMap((raw: unknown) => {
    const change = asRecord(raw)
    const value = asRecord(change?.value)
    const field = asText(change?.field)
    if (value === undefined || field === undefined)
      return [unknown(placeOf('', value ?? {}, shared), 'change:malformed', raw)]
    return readChange(placeOf(field, value, shared))
  })
}

function readChange(place: Place): readonly Reading[] {
  const accountChange = ACCOUNT_CHANGES.get(place.field)
  if (accountChange !== undefined) return [readAccountChange(accountChange, place)]
  if (!MESSAGING_FIELDS.has(place.field)) return [unknown(place, `field:${place.field}`, place.value)]
  const readings = Object.entries(place.value).flatMap(([name, elements]) => readArray(name, elements, place))
  return [...readings, ...readErrors(place)]
}

function readArray(name: string, elements: unknown, place: Place): readonly Reading[] {
  if (ABOUT.has(name)) return []
  const reader = ARRAYS.get(name)
  if (reader === undefined || !Array.isArray(elements))
    return [unknown(place, `${place.field}.${name}`, { [name]: elements })]
  return asList(elements).map((element) => reader(element, place))
}
