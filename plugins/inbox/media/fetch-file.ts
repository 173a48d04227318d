import { Readable } from 'node:stream'
import type { ChannelMedia, Connection, InboundMedia, ObjectStore, StoredObject } from '@parley/core'

export interface FetchRequest {
  readonly tenantId: string
  readonly connection: Connection
  readonly media: InboundMedia
  readonly maxBytes: number
  readonly signal: AbortSignal
}

export type Fetched =
  | { readonly ok: true; readonly object: StoredObject }
  | { readonly ok: false; readonly failure: 'gone' | 'too-large' | 'auth' | 'retryable'; readonly detail: string }

/** Streams a file from the vendor into the object store. */
export async function fetchFile(source: ChannelMedia, store: ObjectStore, request: FetchRequest): Promise<Fetched> {
  const { tenantId, connection, media, maxBytes, signal } = request
  const fetched = await source.fetch({ connection, media, signal })
  if (!fetched.ok) return fetched
  const content = fetched.content instanceof Readable ? fetched.content : Readable.from(fetched.content)
  const stored = await store.put(tenantId, content, { mimeType: fetched.mimeType || media.mimeType, maxBytes })
  if (stored.ok) return stored
  return { ok: false, failure: 'too-large', detail: `The file is larger than ${maxBytes} bytes.` }
}
