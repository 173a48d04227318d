import type { Readable } from 'node:stream'
import type { ChannelMedia, Connection } from '@parley/core'
import { graphErrorOf } from '../graph-error.ts'
import { asList, asRecord, asText, present } from '../json.ts'
import { discard, type MediaDownload, type OpenedFile } from '../media-download.ts'
import { type MediaPlace, mediaPlaceOf } from './media-ref.ts'
import type { RouteOf } from './route.ts'
import { refusalOf } from './send/outcome.ts'

type Fetched = Awaited<ReturnType<ChannelMedia['fetch']>>
type Failed = Extract<Fetched, { ok: false }>

/** Graph answers code 100 with this subcode for an object that is not, or no longer, there. */
const NO_SUCH_OBJECT = 33

/**
 * The address in the webhook is its own credential and dies; then the message is asked for a fresh one, once. A story's file is
 * gone for good a day after it was posted, and so is what its sender took back.
 */
export function platformMedia(parts: {
  readonly routeOf: RouteOf
  readonly download: MediaDownload
  readonly maxBytes: number
}): ChannelMedia {
  return {
    async fetch({ connection, media, signal }): Promise<Fetched> {
      const place = media.ref === undefined ? undefined : mediaPlaceOf(media.ref)
      if (place === undefined) return { ok: false, failure: 'gone', detail: 'the message named no file' }
      const first = await parts.download.open(place.url, undefined, signal)
      if (first.ok || first.failure === 'retryable') return opened(first, media.mimeType, parts.maxBytes)
      const fresh = await freshAddress(parts.routeOf, connection, place, signal)
      if ('ok' in fresh) return fresh
      const second = await parts.download.open(fresh.url, undefined, signal)
      if (!second.ok && second.failure === 'auth') return { ...second, failure: 'gone' }
      return opened(second, media.mimeType, parts.maxBytes)
    },
  }
}

/** `GET /{mid}?fields=attachments` → `{ attachments: { data: [{ image_data | video_data: { url } | file_url }] } }` */
async function freshAddress(
  routeOf: RouteOf,
  connection: Connection,
  place: MediaPlace,
  signal: AbortSignal,
): Promise<{ url: string } | Failed> {
  const { graph, token } = routeOf(connection)
  const path = `/${encodeURIComponent(place.mid)}`
  const answer = await graph.request({ method: 'GET', path, query: { fields: 'attachments' }, token, signal })
  const refusal = refusalOf(answer, [token])
  if (refusal !== undefined) {
    const error = answer.outcome === 'answered' ? graphErrorOf(answer.body) : undefined
    const gone = error?.subcode === NO_SUCH_OBJECT || refusal.failure === 'content' || refusal.failure === 'recipient'
    const failure = gone ? 'gone' : refusal.failure === 'auth' ? 'auth' : 'retryable'
    return { ok: false, failure, detail: `${refusal.code}: ${refusal.detail}` }
  }
  const body = answer.outcome === 'answered' ? asRecord(answer.body) : undefined
  const file = asRecord(asList(asRecord(body?.attachments)?.data)[place.index])
  const url =
    asText(asRecord(file?.image_data)?.url) ?? asText(asRecord(file?.video_data)?.url) ?? asText(file?.file_url)
  return url === undefined ? { ok: false, failure: 'gone', detail: 'the message has no file any more' } : { url }
}

function opened(file: OpenedFile, mimeType: string, maxBytes: number): Fetched {
  if (!file.ok) return file
  const { bytes } = file
  const content: Readable = file.content
  if (bytes === undefined || bytes <= maxBytes)
    return { ok: true, content, mimeType: file.mimeType ?? mimeType, ...present({ bytes }) }
  discard(content)
  return { ok: false, failure: 'too-large', detail: `${bytes} bytes; at most ${maxBytes} are fetched` }
}
