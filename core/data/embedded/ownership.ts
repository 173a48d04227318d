import { randomBytes } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive, startTicks } from './postmaster-file.ts'

/**
 * Who stops the server: the process that started it, named in a file of the data directory. When that process was killed,
 * the next one that uses the server takes its place, so a server is never left running for good.
 */
const file = 'parley-owner.json'

interface Owner {
  readonly pid: number
  readonly startTicks: string | undefined
}

/** Names this process the owner when `started` it, or when the named owner is gone. Returns whether it is the owner now. */
export async function claimOwnership(dataDir: string, started: boolean): Promise<boolean> {
  const owner = await readOwner(dataDir)
  if (!started && owner !== undefined && owner.pid !== process.pid && (await isRunning(owner))) return false
  const staging = join(dataDir, `${file}.${randomBytes(6).toString('hex')}`)
  const self: Owner = { pid: process.pid, startTicks: await startTicks(process.pid) }
  await writeFile(staging, JSON.stringify(self), { mode: 0o600 })
  await rename(staging, join(dataDir, file))
  return true
}

export async function releaseOwnership(dataDir: string): Promise<void> {
  await rm(join(dataDir, file), { force: true })
}

/** Whether somebody who is still running owns the server of this directory. */
export async function hasLiveOwner(dataDir: string): Promise<boolean> {
  const owner = await readOwner(dataDir)
  return owner !== undefined && (await isRunning(owner))
}

async function readOwner(dataDir: string): Promise<Owner | undefined> {
  const text = await readFile(join(dataDir, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return text === undefined ? undefined : JSON.parse(text)
}

async function isRunning(owner: Owner): Promise<boolean> {
  return isAlive(owner.pid) && (await startTicks(owner.pid)) === owner.startTicks
}
