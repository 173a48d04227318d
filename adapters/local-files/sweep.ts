import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ObjectStore } from '@parley/core'
import { INCOMING, PROVISIONAL } from './object-path.ts'

export interface SweepAges {
  readonly staleUploadMs: number
  readonly provisionalMs: number
}

/** How many of each were taken away. */
export interface Swept {
  readonly cutOff: number
  readonly provisional: number
}

/**
 * Takes away uploads that a crash cut off, and whole objects that nobody kept in time. By the age of the file, not at once:
 * another process may share the folder and be in the middle of one. Files carry the machine's time, so it is compared with
 * that.
 */
export async function sweep(root: string, store: ObjectStore, ages: SweepAges, signal: AbortSignal): Promise<Swept> {
  let cutOff = 0
  for (const name of await olderThan(join(root, INCOMING), ages.staleUploadMs, signal)) {
    await rm(join(root, INCOMING, name), { force: true })
    cutOff += 1
  }
  let provisional = 0
  for (const name of await olderThan(join(root, PROVISIONAL), ages.provisionalMs, signal)) {
    const [tenantId = '', id = ''] = name.split('_')
    await store.delete(tenantId, `${tenantId}/${id}`)
    provisional += 1
  }
  return { cutOff, provisional }
}

async function olderThan(folder: string, ms: number, signal: AbortSignal): Promise<readonly string[]> {
  const old: string[] = []
  for (const name of (await readdir(folder).catch(absent)) ?? []) {
    signal.throwIfAborted()
    const found = await stat(join(folder, name)).catch(absent)
    if (found !== undefined && Date.now() - found.mtimeMs >= ms) old.push(name)
  }
  return old
}

/** Its upload was finished, or somebody kept it, meanwhile. */
function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
