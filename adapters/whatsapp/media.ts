import type { Readable } from 'node:stream'
import type { ChannelMedia, Connection } from '@parley/core'
import type { GraphClient } from '../meta/graph-client.ts'
import { graphErrorOf } from '../meta/graph-error.ts'
import { asNumber, asRecord, asText, present } from '../meta/json.ts'
import { discard, type MediaDownload } from '../meta/media-download.ts'
import { refusalOf } from './send/outcome.ts'

type Fetched = Awaited<ReturnType<ChannelMedia['fetch']>>
type Failed = Extract<Fetched, { ok: false }>

interface MediaAddress {
  readonly url: string
  readonly mimeType: string
  readonly bytes: number | undefined
}

/** Graph answers code 100 with this subcode for an object that is not, or no longer, there. */
const NO_SUCH_OBJECT = 33

/**
 * Two steps: the id gives a URL that lives five minutes, the URL gives the file; both want the token. A URL that died on the
 * way is asked for once more. Ids of webhooks die after seven days: then it is `gone`.
 */
export function whatsappMedia(deps: { graph: GraphClient; download: MediaDownload; maxBytes: number }): ChannelMedia {
  return {
    async fetch({ connection, media, signal }): Promise<Fetched> {
      const id = media.ref
      if (id === undefined) return { ok: false, failure: 'gone', detail: 'the message named no file' }
      for (const lastTry of [false, true]) {
        const address = await addressOf(deps.graph, connection, id, signal)
        if ('ok' in address) return address
        if (address.bytes !== undefined && address.bytes > deps.maxBytes) return tooLarge(address.bytes, deps.maxBytes)
        const file = await deps.download.open(address.url, connection.secrets.accessToken ?? '', signal)
        if (!file.ok && file.failure === 'gone' && !lastTry) continue
        return file.ok ? opened(file, address, deps.maxBytes) : file
      }
      return { ok: false, failure: 'gone', detail: 'the file was not at the address Graph gave, twice' }
    },
  }
}

/** `GET /{media_id}?phone_number_id=…` → `{ url, mime_type, sha256, file_size }` */
async function addressOf(
  graph: GraphClient,
  connection: Connection,
  id: string,
  signal: AbortSignal,
): Promise<MediaAddress | Failed> {
  const token = connection.secrets.accessToken ?? ''
  const query = { phone_number_id: connection.externalId }
  const answer = await graph.request({ method: 'GET', path: `/${encodeURIComponent(id)}`, query, token, signal })
  const refusal = refusalOf(answer, [token])
  if (refusal === undefined) {
    const body = answer.outcome === 'answered' ? asRecord(answer.body) : undefined
    const url = asText(body?.url)
    if (url === undefined) return { ok: false, failure: 'retryable', detail: 'Graph answered without a URL' }
    const mimeType = asText(body?.mime_type) ?? 'application/octet-stream'
    return { url, mimeType, bytes: asNumber(body?.file_size) }
  }
  const error = answer.outcome === 'answered' ? graphErrorOf(answer.body) : undefined
  const detail = `${refusal.code}: ${refusal.detail}`
  const gone =
    error?.subcode === NO_SUCH_OBJECT || (answer.outcome === 'answered' && [404, 410].includes(answer.status))
  if (gone) return { ok: false, failure: 'gone', detail }
  return {
    ok: false,
    failure: refusal.failure === 'auth' ? 'auth' : refusal.failure === 'content' ? 'gone' : 'retryable',
    detail,
  }
}

function opened(
  file: { content: Readable; bytes: number | undefined },
  address: MediaAddress,
  maxBytes: number,
): Fetched {
  const bytes = file.bytes ?? address.bytes
  if (bytes !== undefined && bytes > maxBytes) {
    discard(file.content)
    return tooLarge(bytes, maxBytes)
  }
  return { ok: true, content: file.content, mimeType: address.mimeType, ...present({ bytes }) }
}

function tooLarge(bytes: number, maxBytes: number): Failed {
  return { ok: false, failure: 'too-large', detail: `${bytes} bytes; at most ${maxBytes} are fetched` }
}
