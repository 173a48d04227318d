import { randomBytes, randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive, startTicks } from './postmaster-file.ts'

const file = 'parley-owner.json'

interface Owner {
  readonly pid: number
  readonly startTicks: string | undefined
  /** Of one use of the server: a process may use the same folder twice. */
  readonly use: string
}

/**
 * Who starts the server again when it dies, and stops it in the end: one of those who use it, named in a file of the data
 * directory. The one that starts it names itself before the start, so nobody mistakes a new server for an orphan; when
 * the named one is gone, the next that looks takes its place. So a server is never left running for good, nor left dead.
 *
 * The file decides, each time anew: of two that name themselves at once, the second is the owner.
 */
export class Ownership {
  readonly #dataDir: string
  readonly #use = randomUUID()

  constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  /** False when another owner is alive. */
  async isOurs(): Promise<boolean> {
    return (await this.#owner())?.use === this.#use
  }

  /** Takes the place of an owner that is gone. False when there is another. */
  async claim(): Promise<boolean> {
    const owner = await this.#owner()
    if (owner !== undefined) return owner.use === this.#use
    await this.take()
    return true
  }

  /** Whoever was the owner. */
  async take(): Promise<void> {
    const staging = join(this.#dataDir, `${file}.${randomBytes(6).toString('hex')}`)
    const self: Owner = { pid: process.pid, startTicks: await startTicks(process.pid), use: this.#use }
    await writeFile(staging, JSON.stringify(self), { mode: 0o600 })
    await rename(staging, join(this.#dataDir, file))
  }

  async release(): Promise<void> {
    if (await this.isOurs()) await rm(join(this.#dataDir, file), { force: true })
  }

  /** The named one, if it is alive. */
  async #owner(): Promise<Owner | undefined> {
    const text = await readFile(join(this.#dataDir, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (text === undefined) return undefined
    const owner: Owner = JSON.parse(text)
    const alive = isAlive(owner.pid) && (await startTicks(owner.pid)) === owner.startTicks
    return alive ? owner : undefined
  }
}
