import type { Readable } from 'node:stream'
import type { ChannelMedia, Connection } from '@parley/core'
import type { RemoteSettings } from '../settings.ts'
import type { RemoteClient } from '../wire/client.ts'
import { refusalOf } from './outcome.ts'
import { targetOf } from './target.ts'
import { isUpload, type Uploads } from './uploads.ts'

type Fetched = Awaited<ReturnType<ChannelMedia['fetch']>>
type Failure = Extract<Fetched, { ok: false }>['failure']

/** `GET /channel/media/{ref}?account=…`, as a stream; or what the remote uploaded before it named it. */
export function remoteMedia(parts: {
  readonly client: RemoteClient
  readonly uploads: Uploads
  readonly settings: RemoteSettings
}): ChannelMedia {
  return {
    async fetch({ connection, media, signal }): Promise<Fetched> {
      const { ref } = media
      if (ref === undefined) return failed('gone', 'the message named no file')
      if (isUpload(ref)) return parts.uploads.open(connection, ref)
      return fetchFrom(parts, connection, { ref, mimeType: media.mimeType, signal })
    },
  }
}

async function fetchFrom(
  { client, settings }: { readonly client: RemoteClient; readonly settings: RemoteSettings },
  connection: Connection,
  { ref, mimeType, signal }: { readonly ref: string; readonly mimeType: string; readonly signal: AbortSignal },
): Promise<Fetched> {
  const found = targetOf(connection, settings)
  if (!found.ok) return failed('auth', `${found.code}: ${found.detail}`)
  const path = `/channel/media/${encodeURIComponent(ref)}?account=${encodeURIComponent(connection.externalId)}`
  const answer = await client.open(found.target, { path, signal })
  if (answer.outcome !== 'opened') {
    const { failure, code } = refusalOf(answer, found.target.secrets)
    return failed(failure === 'auth' ? 'auth' : 'retryable', code)
  }
  const { status, headers, content } = answer
  if (status !== 200) {
    discard(content)
    return failed(failureOf(status), `the remote answered ${status}`)
  }
  const bytes = Number(headers['content-length'] ?? Number.NaN)
  if (bytes > settings.maxMediaBytes) {
    discard(content)
    return failed('too-large', `${bytes} bytes; at most ${settings.maxMediaBytes} are fetched`)
  }
  const type = headers['content-type']?.split(';', 1)[0]?.trim() || mimeType
  return { ok: true, content, mimeType: type, ...(Number.isNaN(bytes) ? {} : { bytes }) }
}

/** Only 410 is for good: a 404 may be a proxy's. */
function failureOf(status: number): Failure {
  if (status === 410) return 'gone'
  if (status === 413) return 'too-large'
  return status === 401 || status === 403 ? 'auth' : 'retryable'
}

function failed(failure: Failure, detail: string): Fetched {
  return { ok: false, failure, detail }
}

/** Its abort is an error on the stream, which without a listener ends the process. */
function discard(content: Readable): void {
  content.on('error', () => undefined).destroy()
}
