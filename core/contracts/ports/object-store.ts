import type { Readable } from 'node:stream'
import { definePort } from '../../plugin/port.ts'

export interface StoredObject {
  readonly key: string
  readonly bytes: number
  readonly mimeType: string
  /** Hex. */
  readonly sha256: string
}

/** Files by key. Keys are made by the store and start with the tenant's id; a read with another tenant's id finds nothing. */
export interface ObjectStore {
  /** `too-large` once more than `maxBytes` have come; nothing is kept then. */
  put(
    tenantId: string,
    content: Readable | Buffer,
    options: { mimeType: string; maxBytes: number },
  ): Promise<{ ok: true; object: StoredObject } | { ok: false; failure: 'too-large' }>
  get(tenantId: string, key: string): Promise<{ object: StoredObject; content: Readable } | undefined>
  delete(tenantId: string, key: string): Promise<void>
}

export const objectStore = definePort<ObjectStore>('object-store')
