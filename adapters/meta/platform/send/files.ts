import type { Clock, Connection, MediaKind, ObjectStore, OutboundContent, OutboundMedia } from '@parley/core'
import { LRUCache } from 'lru-cache'
import { asRecord, asText } from '../../json.ts'
import { multipart } from '../../multipart.ts'
import { refuse, type SendRefusal } from '../../refusal.ts'
import type { RouteOf } from '../route.ts'
import type { PlatformSettings } from '../settings.ts'
import { isMedia } from './content.ts'
import { refusalOf } from './outcome.ts'

/** Where Meta gets a file: an address that it fetches, or an id from an upload. */
export type FileAddress = { readonly url: string } | { readonly attachmentId: string }

export type FilesResult = { readonly ok: true; readonly files: readonly FileAddress[] } | SendRefusal

/** A file of a content, and whether the place it stands in takes addresses or ids. */
interface Wanted {
  readonly media: OutboundMedia
  readonly kind: MediaKind
  readonly as: 'url' | 'attachment' | 'either'
}

interface FileParts {
  readonly routeOf: RouteOf
  readonly store: ObjectStore
  readonly clock: Clock
  readonly title: string
  readonly maxBytes: Readonly<Partial<Record<MediaKind, number>>>
  /** Whether this connection's login can upload; otherwise Meta fetches each file from us. */
  readonly uploads: (connection: Connection) => boolean
}

/**
 * Brings files of ours to Meta: `POST /{page}/message_attachments` gives an id, used again while it is young; where a login
 * cannot upload, or a place takes addresses only, a link that opens for a while. A lost upload is safe to repeat.
 */
export class PlatformFiles {
  readonly #parts: FileParts
  readonly #settings: PlatformSettings
  readonly #ids: LRUCache<string, { id: string; until: number }>

  constructor(parts: FileParts, settings: PlatformSettings) {
    this.#parts = parts
    this.#settings = settings
    this.#ids = new LRUCache({ max: settings.maxUploadsRemembered })
  }

  async of(connection: Connection, content: OutboundContent, signal: AbortSignal): Promise<FilesResult> {
    const files: FileAddress[] = []
    for (const wanted of filesOf(content)) {
      // A card without a picture keeps its place.
      const found = wanted === undefined ? { url: '' } : await this.#address(connection, wanted, signal)
      if ('ok' in found) return found
      files.push(found)
    }
    return { ok: true, files }
  }

  async #address(connection: Connection, wanted: Wanted, signal: AbortSignal): Promise<FileAddress | SendRefusal> {
    const { media, as } = wanted
    const canUpload = this.#parts.uploads(connection) && as !== 'url'
    if (media.link !== undefined && as !== 'attachment') return { url: media.link }
    if (canUpload) return this.#upload(connection, wanted, signal)
    if (media.objectKey === undefined) return refuse('content', 'parley.no-media', 'neither an object key nor a link')
    return this.#link(connection, media.objectKey, media.fileName)
  }

  async #link(connection: Connection, key: string, fileName: string | undefined): Promise<FileAddress | SendRefusal> {
    const options = { ttlSeconds: this.#settings.linkSeconds, ...(fileName === undefined ? {} : { fileName }) }
    const link = await this.#parts.store.link(connection.tenantId, key, options)
    if (link === undefined) return refuse('content', 'parley.no-object', 'the file is no longer in the object store')
    if (URL.canParse(link)) return { url: link }
    const { publicUrl } = this.#settings
    if (publicUrl === undefined)
      return refuse(
        'content',
        'parley.no-public-url',
        'Meta fetches files from us, and this installation has no PUBLIC_URL',
      )
    return { url: new URL(link, publicUrl).href }
  }

  async #upload(connection: Connection, wanted: Wanted, signal: AbortSignal): Promise<FileAddress | SendRefusal> {
    const { media } = wanted
    const source = media.objectKey ?? media.link ?? ''
    const cacheKey = `${connection.id}/${source}`
    const young = this.#ids.get(cacheKey)
    if (young !== undefined && young.until > this.#parts.clock.millis()) return { attachmentId: young.id }
    const body = media.objectKey === undefined ? linked(wanted) : await this.#form(connection, wanted, media.objectKey)
    if ('ok' in body) return body
    const { graph, node, token } = this.#parts.routeOf(connection)
    const answer = await graph.request({ method: 'POST', path: `/${node}/message_attachments`, token, signal, ...body })
    const refusal = refusalOf(answer, [token])
    if (refusal !== undefined) return refusal.failure === 'unknown' ? { ...refusal, failure: 'retryable' } : refusal
    const id = answer.outcome === 'answered' ? asText(asRecord(answer.body)?.attachment_id) : undefined
    if (id === undefined) return refuse('retryable', 'no-attachment-id', 'Graph took the file and gave no id.')
    this.#ids.set(cacheKey, { id, until: this.#parts.clock.millis() + this.#settings.uploadReuseMs })
    return { attachmentId: id }
  }

  async #form(connection: Connection, { media, kind }: Wanted, key: string) {
    const found = await this.#parts.store.get(connection.tenantId, key)
    if (found === undefined) return refuse('content', 'parley.no-object', 'the file is no longer in the object store')
    const max = this.#parts.maxBytes[kind] ?? 0
    const { bytes } = found.object
    if (bytes > max) {
      found.content.destroy()
      return refuse('content', 'parley.too-large', `${bytes} bytes; ${this.#parts.title} takes ${max} for a ${kind}`)
    }
    const mimeType = media.mimeType ?? found.object.mimeType
    const file = { fileName: media.fileName ?? 'file', mimeType, bytes, content: found.content }
    return { form: multipart({ message: JSON.stringify(attachment(kind, {})) }, file, 'filedata') }
  }
}

function linked({ media, kind }: Wanted) {
  return { json: { message: attachment(kind, { url: media.link }) } }
}

function attachment(kind: MediaKind, payload: object) {
  return { attachment: { type: kind === 'document' ? 'file' : kind, payload: { is_reusable: true, ...payload } } }
}

/** In the order of the content; a card without a file has a place all the same. */
function filesOf(content: OutboundContent): readonly (Wanted | undefined)[] {
  if (isMedia(content)) return [{ media: content.media, kind: content.kind, as: 'either' }]
  if (content.kind !== 'interactive' || !('cards' in content)) return []
  return content.cards.map(({ media, title }) => {
    if (media === undefined) return undefined
    const kind = media.mimeType?.startsWith('video/') === true ? 'video' : 'image'
    return { media, kind, as: title === undefined ? 'attachment' : 'url' }
  })
}
