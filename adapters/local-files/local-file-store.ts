import { open, readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import {
  type LinkOptions,
  newObjectKey,
  type ObjectStore,
  ParleyError,
  type PutFailure,
  type PutOptions,
  type StoredObject,
  TooLarge,
} from '@parley/core'
import type { FileLinks } from './file-links.ts'
import { belongsTo, type ObjectPath, objectPath } from './object-path.ts'
import { asOutage, orAbsent } from './outage.ts'
import { type Facts, TypeRefused, writeObject } from './write-object.ts'

/**
 * Objects as files of one folder. An object is whole or not there. What nobody has kept yet has an empty file beside,
 * whose age the sweep looks at.
 */
export class LocalFileStore implements ObjectStore {
  readonly #root: string
  readonly #links: FileLinks

  constructor(root: string, links: FileLinks) {
    this.#root = root
    this.#links = links
  }

  async put(
    tenantId: string,
    content: Readable | Buffer,
    options: PutOptions,
  ): Promise<{ ok: true; object: StoredObject } | { ok: false; failure: PutFailure }> {
    const key = newObjectKey(tenantId)
    try {
      const facts = await writeObject(this.#root, this.#path(tenantId, key), content, options)
      return { ok: true, object: { key, ...facts } }
    } catch (error) {
      if (error instanceof TooLarge) return { ok: false, failure: 'too-large' }
      if (error instanceof TypeRefused) return { ok: false, failure: 'type-refused' }
      throw asOutage(error)
    }
  }

  async putVariant(tenantId: string, key: string, variant: string, content: Buffer, mimeType: string): Promise<void> {
    const path = this.#path(tenantId, key, variant)
    try {
      await writeObject(this.#root, path, content, { mimeType, maxBytes: content.length })
    } catch (error) {
      throw asOutage(error)
    }
  }

  /** Whoever takes the content must read or destroy it: the file is open. */
  async get(
    tenantId: string,
    key: string,
    variant?: string,
  ): Promise<{ object: StoredObject; content: Readable } | undefined> {
    const path = objectPath(this.#root, tenantId, key, variant)
    if (path === undefined) return undefined
    const file = await orAbsent(open(path.content, 'r'))
    if (file === undefined) return undefined
    try {
      const { mimeType, bytes, sha256 } = JSON.parse(await readFile(path.facts, 'utf8')) as Facts
      return { object: { key, mimeType, bytes, sha256 }, content: file.createReadStream() }
    } catch (error) {
      await file.close()
      throw asOutage(error)
    }
  }

  async keep(tenantId: string, keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const path = objectPath(this.#root, tenantId, key)
      if (path !== undefined) await rm(path.provisional, { force: true })
    }
  }

  async link(tenantId: string, key: string, options: LinkOptions): Promise<string | undefined> {
    return objectPath(this.#root, tenantId, key) === undefined ? undefined : this.#links.sign(tenantId, key, options)
  }

  /** The bytes first: what is left after a crash in between is found by nobody, or swept. */
  async delete(tenantId: string, key: string): Promise<void> {
    const path = objectPath(this.#root, tenantId, key)
    if (path === undefined) return
    await rm(path.content, { force: true })
    const names = (await orAbsent(readdir(path.folder))) ?? []
    for (const name of names.filter((one) => belongsTo(one, basename(path.content))))
      await rm(join(path.folder, name), { force: true })
    await rm(path.provisional, { force: true })
  }

  #path(tenantId: string, key: string, variant?: string): ObjectPath {
    const path = objectPath(this.#root, tenantId, key, variant)
    if (path !== undefined) return path
    throw new ParleyError('object-store.key', "The key is none of this tenant's.")
  }
}
