import type { InboundContent } from '@parley/core'
import { clipped } from '../../../meta/clipped.ts'
import { asList, asRecord, asText, type Json, present } from '../../../meta/json.ts'
import type { KindReader } from './reader.ts'

/** What WhatsApp itself cannot pass on: `errors` says why, `unsupported.type` what it was (`poll`, `video_note`, …). */
export const readUnsupported: KindReader = (body, message) => {
  const detail = problemOf(message)
  return { kind: 'unsupported', vendorKind: asText(asRecord(body)?.type) ?? 'unsupported', ...present({ detail }) }
}

/** A kind that we know in a shape that we cannot read. Kept whole. */
export function unreadable(vendorKind: string, message: Json): InboundContent {
  const detail = problemOf(message) ?? `Expected a readable "${vendorKind}".`
  return { kind: 'unsupported', vendorKind, detail, raw: message }
}

function problemOf(message: Json): string | undefined {
  const error = asRecord(asList(message.errors)[0])
  if (error === undefined) return undefined
  const words = asText(asRecord(error.error_data)?.details) ?? asText(error.details) ?? asText(error.title)
  return clipped([asText(error.code), words].filter((part) => part !== undefined).join(': '))
}
