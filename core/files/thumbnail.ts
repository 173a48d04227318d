import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { ImageFailure, ImageProcessor } from '../contracts/ports/image-processor.ts'
import type { ObjectStore, StoredObject } from '../contracts/ports/object-store.ts'
import { type Result, refuse } from '../plugin/result.ts'

export interface ThumbnailParts {
  readonly store: ObjectStore
  readonly images: ImageProcessor
}

/**
 * The object as a small image: made when it is first asked for, kept as a variant, and gone with the object. Two who ask at
 * once make it twice, and keep the same.
 *
 * @param edge pixels; one of a few sizes, as each is kept
 */
export async function thumbnailOf(
  { store, images }: ThumbnailParts,
  tenantId: string,
  key: string,
  edge: number,
): Promise<Result<{ object: Omit<StoredObject, 'sha256'>; content: Readable | Buffer }, ImageFailure | 'not-found'>> {
  const variant = `thumb-${edge}`
  const kept = await store.get(tenantId, key, variant)
  if (kept !== undefined) return { ok: true, ...kept }
  const found = await store.get(tenantId, key)
  if (found === undefined) return refuse('not-found', 'There is no such file.')
  if (found.object.bytes > images.maxBytes) {
    found.content.destroy()
    return refuse('too-large', 'The file is too large for a thumbnail.')
  }
  const made = await images.thumbnail(await buffer(found.content), edge)
  if (!made.ok) return made
  const { content, mimeType } = made.thumbnail
  await store.putVariant(tenantId, key, variant, content, mimeType)
  return { ok: true, object: { key, bytes: content.length, mimeType }, content }
}
