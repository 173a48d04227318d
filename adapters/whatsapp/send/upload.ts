import type { Clock, Connection, MediaKind, ObjectStore, OutboundMedia } from '@parley/core'
import { LRUCache } from 'lru-cache'
import type { GraphClient } from '../../meta/graph-client.ts'
import { asRecord, asText } from '../../meta/json.ts'
import { multipart } from '../../meta/multipart.ts'
import { refuse, type SendRefusal } from '../../meta/refusal.ts'
import { capabilities } from '../capabilities.ts'
import type { WhatsAppSettings } from '../settings.ts'
import type { MediaSource } from './media-payload.ts'
import { refusalOf } from './outcome.ts'

export type UploadResult = { readonly ok: true; readonly source: MediaSource } | SendRefusal

/**
 * Brings a file of ours to WhatsApp: `POST /{phone_number_id}/media`, which gives an id. A campaign sends one file to
 * thousands, so an id is used again while it is young. A lost upload is safe to repeat: no customer has seen anything.
 */
export class MediaUploads {
  readonly #graph: GraphClient
  readonly #store: ObjectStore
  readonly #clock: Clock
  readonly #reuseMs: number
  readonly #ids: LRUCache<string, { id: string; until: number }>

  constructor(deps: { graph: GraphClient; store: ObjectStore; clock: Clock }, settings: WhatsAppSettings) {
    this.#graph = deps.graph
    this.#store = deps.store
    this.#clock = deps.clock
    this.#reuseMs = settings.uploadReuseMs
    this.#ids = new LRUCache({ max: settings.maxUploadsRemembered })
  }

  async sourceOf(
    connection: Connection,
    kind: MediaKind,
    media: OutboundMedia,
    signal: AbortSignal,
  ): Promise<UploadResult> {
    if (media.link !== undefined) return { ok: true, source: { link: media.link } }
    if (media.objectKey === undefined) return refuse('content', 'parley.no-media', 'neither an object key nor a link')
    const cacheKey = `${connection.id}/${media.objectKey}`
    const young = this.#ids.get(cacheKey)
    if (young !== undefined && young.until > this.#clock.millis()) return { ok: true, source: { id: young.id } }
    const uploaded = await this.#upload(connection, kind, media, media.objectKey, signal)
    if (uploaded.ok && 'id' in uploaded.source)
      this.#ids.set(cacheKey, { id: uploaded.source.id, until: this.#clock.millis() + this.#reuseMs })
    return uploaded
  }

  async #upload(
    connection: Connection,
    kind: MediaKind,
    media: OutboundMedia,
    objectKey: string,
    signal: AbortSignal,
  ): Promise<UploadResult> {
    const found = await this.#store.get(connection.tenantId, objectKey)
    if (found === undefined) return refuse('content', 'parley.no-object', 'the file is no longer in the object store')
    const max = capabilities.maxMediaBytes[kind] ?? 0
    if (found.object.bytes > max) {
      found.content.destroy()
      return refuse('content', 'parley.too-large', `${found.object.bytes} bytes; WhatsApp takes ${max} for a ${kind}`)
    }
    const mimeType = media.mimeType ?? found.object.mimeType
    const form = multipart(
      { messaging_product: 'whatsapp', type: mimeType },
      { fileName: media.fileName ?? 'file', mimeType, bytes: found.object.bytes, content: found.content },
    )
    const token = connection.secrets.accessToken ?? ''
    const path = `/${encodeURIComponent(connection.externalId)}/media`
    const answer = await this.#graph.request({ method: 'POST', path, token, form, signal })
    const refusal = refusalOf(answer, [token])
    if (refusal !== undefined) return refusal.failure === 'unknown' ? { ...refusal, failure: 'retryable' } : refusal
    const id = answer.outcome === 'answered' ? asText(asRecord(answer.body)?.id) : undefined
    return id === undefined
      ? refuse('retryable', 'no-media-id', 'Graph took the file and gave no id.')
      : { ok: true, source: { id } }
  }
}
