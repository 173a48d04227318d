import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { contentTypeOf, measure, newId } from '@parley/core'

/** Content whose size, hash and type are known. */
export interface Gathered {
  readonly bytes: number
  readonly sha256: string
  /** What the content itself shows. */
  contentType(): Promise<string | undefined>
  body(): Buffer | Readable
}

/**
 * Gathers content before any of it is sent: nothing too large or of a wrong type ever reaches the bucket. A buffer stays
 * where it is; a stream goes through a file, which is gone when `use` has ended. Throws `TooLarge`, or what the source
 * throws.
 */
export async function gathered<T>(
  folder: string,
  content: Buffer | Readable,
  maxBytes: number,
  use: (content: Gathered) => Promise<T>,
): Promise<T> {
  const { stream, result } = measure(maxBytes)
  if (Buffer.isBuffer(content)) {
    await pipeline(Readable.from([content]), stream.resume())
    return use({ ...result(), contentType: () => contentTypeOf(content), body: () => content })
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, newId())
  try {
    await pipeline(content, stream, createWriteStream(path, { mode: 0o600, flags: 'wx' }))
    return await use({ ...result(), contentType: () => contentTypeOf(path), body: () => createReadStream(path) })
  } finally {
    await rm(path, { force: true })
  }
}

/** Takes away what a crash left in the folder. By the machine's time, as files carry it. */
export async function sweepSpool(folder: string, olderThanMs: number): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined) // Sent, and gone, meanwhile.
    if (found !== undefined && Date.now() - found.mtimeMs >= olderThanMs) await rm(path, { force: true })
  }
}
