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

/**
 * Decides who owns a server that is ready. The process that started it does. One that found it running takes it over only
 * when the named owner is gone; the starter names itself before it starts, so nobody mistakes a new server for an orphan.
 */
export async function claimOwnership(dataDir: string, started: boolean): Promise<boolean> {
  const owner = await readOwner(dataDir)
  if (!started && owner !== undefined && (await isRunning(owner))) return false
  await nameOwner(dataDir)
  return true
}

/** Names this process. */
export async function nameOwner(dataDir: string): Promise<void> {
  const staging = join(dataDir, `${file}.${randomBytes(6).toString('hex')}`)
  const self: Owner = { pid: process.pid, startTicks: await startTicks(process.pid) }
  await writeFile(staging, JSON.stringify(self), { mode: 0o600 })
  await rename(staging, join(dataDir, file))
}

export async function releaseOwnership(dataDir: string): Promise<void> {
  await rm(join(dataDir, file), { force: true })
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
