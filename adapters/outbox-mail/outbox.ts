import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, type Mail, type Mailer, ParleyError, reasonOf, UnavailableError } from '@parley/core'

export interface KeptMail extends Mail {
  readonly id: string
  /** ISO 8601. */
  readonly at: string
}

export interface OutboxParts {
  readonly folder: string
  readonly keep: number
  readonly clock: Clock
}

const NAME = /^(\d{15})-([0-9a-f]{32})\.json$/

/** A mailer that sends nothing: each mail becomes a file, for whoever runs the machine to read. */
export class Outbox implements Mailer {
  readonly #parts: OutboxParts

  constructor(parts: OutboxParts) {
    this.#parts = parts
  }

  /** @throws UnavailableError when the folder cannot be written */
  async send(mail: Mail): Promise<{ ok: true; id: string }> {
    const id = createHash('sha256').update(mail.idempotencyKey).digest('hex').slice(0, 32)
    try {
      const names = await this.#names()
      if (!names.some((name) => name.includes(id))) await this.#write(id, mail)
      for (const old of names.slice(0, Math.max(0, names.length + 1 - this.#parts.keep))) {
        await rm(join(this.#parts.folder, old), { force: true })
      }
    } catch (cause) {
      throw new UnavailableError('outbox.unwritable', `The outbox cannot be written: ${reasonOf(cause)}.`, { cause })
    }
    return { ok: true, id }
  }

  /** Newest first. */
  async list(limit: number): Promise<readonly KeptMail[]> {
    const names = (await this.#names()).reverse().slice(0, limit)
    return Promise.all(names.map((name) => this.#read(name)))
  }

  async open(): Promise<void> {
    await mkdir(this.#parts.folder, { recursive: true, mode: 0o700 })
  }

  /** Whole or not at all: a reader never meets half a mail. */
  async #write(id: string, mail: Mail): Promise<void> {
    const { folder, clock } = this.#parts
    const kept: KeptMail = { ...mail, id, at: clock.now().toISOString() }
    const name = `${String(clock.millis()).padStart(15, '0')}-${id}.json`
    const draft = join(folder, `.${name}.${process.pid}`)
    await writeFile(draft, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 })
    await rename(draft, join(folder, name))
  }

  async #read(name: string): Promise<KeptMail> {
    const file = join(this.#parts.folder, name)
    try {
      return JSON.parse(await readFile(file, 'utf8'))
    } catch (cause) {
      throw new ParleyError('outbox.unreadable', `${name} in the outbox is no mail: ${reasonOf(cause)}.`, { cause })
    }
  }

  /** Oldest first. */
  async #names(): Promise<string[]> {
    return (await readdir(this.#parts.folder)).filter((name) => NAME.test(name)).sort()
  }
}
