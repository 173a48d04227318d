import type { Readable } from 'node:stream'
import { definePort } from '../../plugin/port.ts'

export interface StoredObject {
  readonly key: string
  readonly bytes: number
  readonly mimeType: string
  /** Hex. */
  readonly sha256: string
}

export interface PutOptions {
  /** As its sender calls it; kept when `types` is absent or the content does not say. */
  readonly mimeType: string
  readonly maxBytes: number
  /**
   * What is taken: `image/png`, or a family as `image/*`. The content itself is asked, not its sender, and what it says is
   * kept as the type. Without it any content is taken.
   */
  readonly types?: readonly string[]
  /** Nobody refers to it yet: swept away after the store's time unless {@link ObjectStore.keep} is called. */
  readonly provisional?: boolean
}

export type PutFailure = 'too-large' | 'type-refused'

export interface LinkOptions {
  readonly ttlSeconds: number
  /** What a browser calls the file. */
  readonly fileName?: string
}

/**
 * Files by key. Keys are made by the store and start with the tenant's id; a read with another tenant's id finds nothing.
 * A variant (`thumb-320`) is something made out of an object: it lies beside it and is deleted with it.
 */
export interface ObjectStore {
  /** `too-large` once more than `maxBytes` have come; nothing is kept after a failure. */
  put(
    tenantId: string,
    content: Readable | Buffer,
    options: PutOptions,
  ): Promise<{ ok: true; object: StoredObject } | { ok: false; failure: PutFailure }>
  get(tenantId: string, key: string, variant?: string): Promise<{ object: StoredObject; content: Readable } | undefined>
  /** Keeps or replaces a variant of an object that is there. */
  putVariant(tenantId: string, key: string, variant: string, content: Buffer, mimeType: string): Promise<void>
  /** Before something refers to provisional objects. Repeating it, or naming one that was never provisional, does nothing. */
  keep(tenantId: string, keys: readonly string[]): Promise<void>
  /**
   * A URL, or a path on our own server, that gives the file to whoever has it until the time is over. Browsers are told to
   * show nothing that could run. `undefined` when the key is not the tenant's; that the object is there is not looked up.
   */
  link(tenantId: string, key: string, options: LinkOptions): Promise<string | undefined>
  delete(tenantId: string, key: string): Promise<void>
}

export const objectStore = definePort<ObjectStore>('object-store')
