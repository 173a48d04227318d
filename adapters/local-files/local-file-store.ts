import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { newId, type ObjectStore, ParleyError, type StoredObject, UnavailableError } from '@parley/core'
import { measure, TooLarge } from './measure.ts'
import { isTenantId, type ObjectPath, objectPath } from './object-path.ts'

type Facts = Omit<StoredObject, 'key'>

/** Uploads grow here and are moved to their place when they are whole; on the same file system, so that a move is atomic. */
export const INCOMING = '.incoming'

/**
 * Objects as files of one folder. An object is whole or not there: its bytes are written aside, flushed, and renamed into
 * place after the file with its facts (type, size, hash), so that whoever finds the bytes finds the facts too.
 */
export class LocalFileStore implements ObjectStore {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  async put(
    tenantId: string,
    content: Readable | Buffer,
    options: { mimeType: string; maxBytes: number },
  ): Promise<{ ok: true; object: StoredObject } | { ok: false; failure: 'too-large' }> {
    const key = `${tenantId}/${newId()}`
    const path = isTenantId(tenantId) ? objectPath(this.#root, tenantId, key) : undefined
    if (path === undefined) throw new ParleyError('object-store.tenant', 'An object belongs to a tenant, by its UUID.')
    try {
      return { ok: true, object: { key, ...(await this.#write(path, content, options)) } }
    } catch (error) {
      if (error instanceof TooLarge) return { ok: false, failure: 'too-large' }
      throw asOutage(error)
    }
  }

  async #write(
    path: ObjectPath,
    content: Readable | Buffer,
    options: { mimeType: string; maxBytes: number },
  ): Promise<Facts> {
    const incoming = join(this.#root, INCOMING)
    const aside = join(incoming, basename(path.content))
    await mkdir(incoming, { recursive: true, mode: 0o700 })
    await mkdir(path.folder, { recursive: true, mode: 0o700 })
    try {
      const facts: Facts = { mimeType: options.mimeType, ...(await receive(aside, content, options.maxBytes)) }
      await this.#place(path, aside, facts)
      return facts
    } finally {
      await rm(aside, { force: true })
    }
  }

  /** Whoever takes the content must read or destroy it: the file is open. */
  async get(tenantId: string, key: string): Promise<{ object: StoredObject; content: Readable } | undefined> {
    const path = objectPath(this.#root, tenantId, key)
    if (path === undefined) return undefined
    const file = await orAbsent(open(path.content, 'r'))
    if (file === undefined) return undefined
    try {
      const facts = JSON.parse(await readFile(path.facts, 'utf8')) as Facts
      const { mimeType, bytes, sha256 } = facts
      return { object: { key, mimeType, bytes, sha256 }, content: file.createReadStream() }
    } catch (error) {
      await file.close()
      throw asOutage(error)
    }
  }

  async delete(tenantId: string, key: string): Promise<void> {
    const path = objectPath(this.#root, tenantId, key)
    if (path === undefined) return
    await rm(path.content, { force: true })
    await rm(path.facts, { force: true })
  }

  /** Facts first, then the bytes: a crash in between leaves facts that nobody finds. */
  async #place(path: ObjectPath, aside: string, facts: Facts): Promise<void> {
    const file = await open(path.facts, 'wx', 0o600)
    await closing(file, async () => {
      await file.writeFile(JSON.stringify(facts))
      await file.sync()
    })
    try {
      await rename(aside, path.content)
    } catch (error) {
      await rm(path.facts, { force: true })
      throw error
    }
    const folder = await open(path.folder, 'r')
    await closing(folder, () => folder.sync())
  }
}

/** Writes the bytes to disk, down to the platter. Throws {@link TooLarge}, or what the source throws. */
async function receive(aside: string, content: Readable | Buffer, maxBytes: number) {
  const measured = measure(maxBytes)
  const file = await open(aside, 'wx', 0o600)
  const source = Buffer.isBuffer(content) ? Readable.from([content]) : content
  await closing(file, async () => {
    await pipeline(source, measured.stream, (chunks: AsyncIterable<Buffer>) => file.writeFile(chunks))
    await file.sync()
  })
  return measured.result()
}

async function closing(file: FileHandle, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } finally {
    await file.close()
  }
}

async function orAbsent<T>(opening: Promise<T>): Promise<T | undefined> {
  try {
    return await opening
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw asOutage(error)
  }
}

const OUTAGES = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EMFILE', 'ENFILE', 'EACCES', 'EPERM', 'ENOTDIR'])

/** The disk's own failures are outages; what the sender's stream threw stays what it was. */
function asOutage(error: unknown): unknown {
  if (!OUTAGES.has(codeOf(error))) return error
  return new UnavailableError('object-store.unavailable', `The file store cannot be used: ${codeOf(error)}.`, {
    cause: error,
    retryAfterSeconds: 10,
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
