import { clean, TooDeep } from './clean.ts'
import { asRecord, asText, type Json } from './json.ts'
import { vendorTime } from './timestamp.ts'

/** One `entry` of Meta's envelope, or what stood in its place. */
export interface MetaEntry {
  /** WABA id, page id or Instagram account id; empty when it is missing. */
  readonly id: string
  readonly time: Date | undefined
  /** `undefined` when the entry is not an object; `raw` has what came. */
  readonly fields: Json | undefined
  readonly raw: unknown
}

export type MetaEnvelope =
  | { readonly ok: true; readonly entries: readonly MetaEntry[] }
  | { readonly ok: false; readonly field: string; readonly detail: string }

/**
 * Opens `{ object, entry: [...] }`. Refused as a whole only when the top level is wrong; a broken entry stays in the list,
 * so that its neighbours are read and it is counted.
 */
export function openEnvelope(body: Buffer, object: string): MetaEnvelope {
  const parsed = parseJson(body)
  if ('problem' in parsed) return refuse('body', parsed.problem)
  const envelope = asRecord(parsed.value)
  if (envelope === undefined) return refuse('body', 'expected a JSON object')
  if (envelope.object !== object) return refuse('object', `expected "${object}"`)
  if (!Array.isArray(envelope.entry)) return refuse('entry', 'expected an array')
  return { ok: true, entries: envelope.entry.map(toEntry) }
}

function toEntry(raw: unknown): MetaEntry {
  const fields = asRecord(raw)
  return { id: asText(fields?.id) ?? '', time: vendorTime(fields?.time), fields, raw }
}

function parseJson(body: Buffer): { value: unknown } | { problem: string } {
  try {
    return { value: clean(JSON.parse(body.toString('utf8').replace(/^\uFEFF/, ''))) }
  } catch (error) {
    // The parser's own message quotes the body, which is personal data.
    return { problem: error instanceof TooDeep ? error.message : 'expected JSON' }
  }
}

function refuse(field: string, detail: string): MetaEnvelope {
  return { ok: false, field, detail }
}
