import type {
  ChannelMedia,
  Clock,
  Connections,
  Database,
  EventStream,
  ObjectStore,
  Selector,
  StreamDelivery,
} from '@parley/core'
import { mergeMap, type Observable } from 'rxjs'
import { type AttachmentPending, attachmentPending } from '../media/events.ts'
import { fetchFile } from '../media/fetch-file.ts'
import { recordFile } from '../media/record-file.ts'
import type { InboxSettings } from '../settings/app.ts'

export interface FilesParts {
  readonly clock: Clock
  readonly database: Database
  readonly connections: Connections
  readonly sources: Selector<ChannelMedia>
  readonly store: ObjectStore
  readonly settings: InboxSettings
}

type Pending = StreamDelivery<AttachmentPending>

/** Fetches customers' files from the vendors before they expire there. */
export function files(parts: FilesParts): EventStream {
  const { mediaConcurrency, mediaMaxAttempts } = parts.settings
  return {
    id: 'files',
    on: [attachmentPending],
    prefetch: mediaConcurrency * 4,
    retry: { max: mediaMaxAttempts },
    pipe: (source) =>
      (source as Observable<Pending>).pipe(
        mergeMap((delivery) => delivery.run(() => handle(parts, delivery)), mediaConcurrency),
      ),
  }
}

/** Never throws: what could not be done comes back. */
async function handle(parts: FilesParts, delivery: Pending): Promise<void> {
  try {
    const wait = await fetchOne(parts, delivery)
    if (wait === undefined) delivery.ack()
    else delivery.nack(new Error(wait.why), wait.delayMs === undefined ? {} : { delayMs: wait.delayMs })
  } catch (error) {
    delivery.nack(error instanceof Error ? error : new Error(String(error)))
  }
}

/** What to wait for, when the file is not settled yet. */
async function fetchOne(
  parts: FilesParts,
  { event, attempt, signal }: Pending,
): Promise<{ why: string; delayMs?: number } | undefined> {
  const { settings, store } = parts
  const { attachmentId, messageId, connectionId, media } = event.data
  const connection = await parts.connections.get(event.tenantid, connectionId)
  const source = connection && parts.sources.byKey(connection.provider)
  if (connection === undefined || source === undefined)
    return { why: 'the channel is not running', delayMs: settings.authRetryMs }
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(settings.mediaTimeoutMs)])
  const request = { tenantId: event.tenantid, connection, media, maxBytes: settings.mediaMaxBytes, signal: deadline }
  const fetched = await fetchFile(source, store, request)
  const file = { attachmentId, messageId, ...(media.ref === undefined ? {} : { ref: media.ref }) }
  if (fetched.ok) {
    const { key: objectKey, bytes, mimeType } = fetched.object
    const recorded = await recordFile(parts, event.tenantid, { ...file, state: 'stored', objectKey, bytes, mimeType })
    if (recorded === 'unwanted') await store.delete(event.tenantid, objectKey)
    return undefined
  }
  if (fetched.failure === 'auth') return { why: fetched.detail, delayMs: settings.authRetryMs }
  if (fetched.failure === 'retryable' && attempt < settings.mediaMaxAttempts) return { why: fetched.detail }
  const state = fetched.failure === 'retryable' ? 'failed' : fetched.failure
  await recordFile(parts, event.tenantid, { ...file, state, detail: fetched.detail })
  return undefined
}
