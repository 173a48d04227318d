import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { INCOMING } from './local-file-store.ts'

/**
 * Takes away uploads that a crash cut off. By the age of the file, not at once: another process may share the folder and
 * be in the middle of one. Files carry the machine's time, so it is compared with that.
 */
export async function sweepStaleUploads(root: string, olderThanMs: number, signal: AbortSignal): Promise<number> {
  const folder = join(root, INCOMING)
  let swept = 0
  for (const name of await readdir(folder)) {
    signal.throwIfAborted()
    const path = join(folder, name)
    const found = await stat(path).catch(absent)
    if (found === undefined || Date.now() - found.mtimeMs < olderThanMs) continue
    await rm(path, { force: true })
    swept += 1
  }
  return swept
}

/** Its upload was finished meanwhile. */
function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
