import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { contentTypeOf, measure, type PutOptions, type StoredObject, typeAllowed } from '@parley/core'
import { INCOMING, type ObjectPath } from './object-path.ts'

export type Facts = Omit<StoredObject, 'key'>

export class TypeRefused extends Error {}

/**
 * Writes the bytes aside, down to the platter, then moves them to their place after the file with their facts: whoever
 * finds the bytes finds the facts too. Throws `TooLarge`, {@link TypeRefused}, or what the source throws.
 */
export async function writeObject(
  root: string,
  path: ObjectPath,
  content: Readable | Buffer,
  options: PutOptions,
): Promise<Facts> {
  const aside = join(root, INCOMING, basename(path.content))
  await mkdir(dirname(aside), { recursive: true, mode: 0o700 })
  await mkdir(path.folder, { recursive: true, mode: 0o700 })
  try {
    const received = await receive(aside, content, options.maxBytes)
    const facts: Facts = { mimeType: await typeOf(aside, options), ...received }
    if (options.provisional) {
      await mkdir(dirname(path.provisional), { recursive: true, mode: 0o700 })
      await writeFile(path.provisional, '', { mode: 0o600 })
    }
    await place(path, aside, facts)
    return facts
  } finally {
    await rm(aside, { force: true })
  }
}

async function typeOf(aside: string, { types, mimeType }: PutOptions): Promise<string> {
  if (types === undefined) return mimeType
  const found = await contentTypeOf(aside)
  if (found === undefined || !typeAllowed(found, types)) throw new TypeRefused()
  return found
}

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

/** Facts first, then the bytes: a crash in between leaves facts that nobody finds. */
async function place(path: ObjectPath, aside: string, facts: Facts): Promise<void> {
  const file = await open(path.facts, 'w', 0o600)
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

async function closing(file: FileHandle, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } finally {
    await file.close()
  }
}
