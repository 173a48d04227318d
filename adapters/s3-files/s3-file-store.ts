import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import {
  checkVariant,
  type LinkOptions,
  newObjectKey,
  type ObjectStore,
  objectIdOf,
  ParleyError,
  type PutFailure,
  type PutOptions,
  type StoredObject,
  TooLarge,
  typeAllowed,
} from '@parley/core'
import type { Bucket } from './bucket.ts'
import { asOutage } from './outage.ts'
import type { S3FilesSettings } from './settings.ts'
import { type Gathered, gathered } from './spool.ts'

/** Empty objects that stand for objects nobody has kept yet: `provisional/<tenant>_<uuid>`. */
export const PROVISIONAL = 'provisional/'

/** S3's own limit: seven days. */
const MAX_LINK_SECONDS = 604_800

/** Objects in a bucket, their keys as everywhere: `<tenantId>/<uuid>`, variants behind a dot. The hash stands in the metadata. */
export class S3FileStore implements ObjectStore {
  readonly #bucket: Bucket
  readonly #settings: Pick<S3FilesSettings, 'spoolFolder' | 'partBytes'>

  constructor(bucket: Bucket, settings: Pick<S3FilesSettings, 'spoolFolder' | 'partBytes'>) {
    this.#bucket = bucket
    this.#settings = settings
  }

  async put(
    tenantId: string,
    content: Readable | Buffer,
    options: PutOptions,
  ): Promise<{ ok: true; object: StoredObject } | { ok: false; failure: PutFailure }> {
    const key = newObjectKey(tenantId)
    try {
      return await gathered(this.#settings.spoolFolder, content, options.maxBytes, async (found) => {
        const mimeType = await typeOf(found, options)
        if (mimeType === undefined) return { ok: false, failure: 'type-refused' }
        await this.#write(key, found, mimeType, options.provisional === true)
        return { ok: true, object: { key, mimeType, bytes: found.bytes, sha256: found.sha256 } }
      })
    } catch (error) {
      if (error instanceof TooLarge) return { ok: false, failure: 'too-large' }
      throw error
    }
  }

  /** The mark first: an object without one would never be swept. */
  async #write(key: string, found: Gathered, mimeType: string, provisional: boolean): Promise<void> {
    if (provisional) await this.#put(markOf(key), Buffer.alloc(0), 'application/octet-stream')
    await this.#bucket.put({ key, body: found.body(), mimeType, sha256: found.sha256 }, this.#settings.partBytes)
  }

  async putVariant(tenantId: string, key: string, variant: string, content: Buffer, mimeType: string): Promise<void> {
    if (objectIdOf(tenantId, key) === undefined)
      throw new ParleyError('object-store.key', "The key is none of this tenant's.")
    await this.#put(`${key}.${checkVariant(variant)}`, content, mimeType)
  }

  #put(key: string, body: Buffer, mimeType: string): Promise<void> {
    const sha256 = createHash('sha256').update(body).digest('hex')
    return this.#bucket.put({ key, body, mimeType, sha256 }, this.#settings.partBytes)
  }

  async get(
    tenantId: string,
    key: string,
    variant?: string,
  ): Promise<{ object: StoredObject; content: Readable } | undefined> {
    if (objectIdOf(tenantId, key) === undefined) return undefined
    const found = await this.#bucket.get(variant === undefined ? key : `${key}.${checkVariant(variant)}`)
    if (found?.Body === undefined) return undefined
    const { ContentType: mimeType = 'application/octet-stream', ContentLength: bytes = 0, Metadata = {} } = found
    return { object: { key, mimeType, bytes, sha256: Metadata.sha256 ?? '' }, content: found.Body as Readable }
  }

  async keep(tenantId: string, keys: readonly string[]): Promise<void> {
    for (const key of keys) if (objectIdOf(tenantId, key) !== undefined) await this.#bucket.delete(markOf(key))
  }

  async link(tenantId: string, key: string, { ttlSeconds, fileName }: LinkOptions): Promise<string | undefined> {
    if (objectIdOf(tenantId, key) === undefined) return undefined
    if (!(ttlSeconds > 0 && ttlSeconds <= MAX_LINK_SECONDS))
      throw new ParleyError(
        'object-store.link-ttl',
        `A link lives 1 to ${MAX_LINK_SECONDS} seconds, not ${ttlSeconds}.`,
      )
    try {
      return await this.#bucket.sign(key, fileName ?? 'file', Math.ceil(ttlSeconds))
    } catch (error) {
      throw asOutage(error)
    }
  }

  /** The mark goes last: with it, a deletion that was cut off is made whole by the sweep. */
  async delete(tenantId: string, key: string): Promise<void> {
    if (objectIdOf(tenantId, key) === undefined) return
    await this.#bucket.delete(key)
    for await (const { key: variant } of this.#bucket.list(`${key}.`)) await this.#bucket.delete(variant)
    await this.#bucket.delete(markOf(key))
  }
}

async function typeOf(found: Gathered, { types, mimeType }: PutOptions): Promise<string | undefined> {
  if (types === undefined) return mimeType
  const shown = await found.contentType()
  return shown !== undefined && typeAllowed(shown, types) ? shown : undefined
}

function markOf(key: string): string {
  return PROVISIONAL + key.replace('/', '_')
}
