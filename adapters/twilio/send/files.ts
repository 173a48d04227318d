import type { Connection, ObjectStore } from '@parley/core'
import type { TwilioProduct } from '../product.ts'
import type { TwilioSettings } from '../settings.ts'
import type { MediaContent } from './message.ts'
import { refuse, type SendRefusal } from './outcome.ts'

/** Twilio takes no uploads: it fetches a file from where we say, without our credentials. */
export class MediaLinks {
  readonly #store: ObjectStore
  readonly #settings: TwilioSettings

  constructor(store: ObjectStore, settings: TwilioSettings) {
    this.#store = store
    this.#settings = settings
  }

  async of(
    { capabilities }: TwilioProduct,
    { tenantId }: Connection,
    { kind, media }: MediaContent,
  ): Promise<{ readonly ok: true; readonly url: string } | SendRefusal> {
    if (media.link !== undefined) return { ok: true, url: media.link }
    if (media.objectKey === undefined) return refuse('content', 'no-media', 'neither an object key nor a link')
    const { publicUrl, linkSeconds } = this.#settings
    if (publicUrl === undefined)
      return refuse('content', 'no-public-url', 'Twilio fetches files from us, and this installation has no PUBLIC_URL')
    const found = await this.#store.get(tenantId, media.objectKey)
    if (found === undefined) return refuse('content', 'no-object', 'the file is no longer in the object store')
    found.content.on('error', () => undefined).destroy()
    const max = capabilities.maxMediaBytes[kind] ?? 0
    if (found.object.bytes > max)
      return refuse('content', 'too-large', `${found.object.bytes} bytes; Twilio takes ${max} for a ${kind}`)
    const named = media.fileName === undefined ? {} : { fileName: media.fileName }
    const link = await this.#store.link(tenantId, media.objectKey, { ttlSeconds: linkSeconds, ...named })
    return link === undefined
      ? refuse('content', 'no-object', 'the file is no longer in the object store')
      : { ok: true, url: new URL(link, publicUrl).href }
  }
}
