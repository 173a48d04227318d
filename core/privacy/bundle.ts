import { once } from 'node:events'
import { PassThrough, type Readable } from 'node:stream'
import { Zip, ZipDeflate } from 'fflate'
import { ParleyError } from '../plugin/errors.ts'

/** Bytes of JSON gathered before they are compressed. */
const CHUNK = 64 * 1024

/** A ZIP archive that is read while it is written; nothing is held in memory but the entry's last chunk. */
export class Bundle {
  readonly content: Readable
  readonly #out = new PassThrough()
  readonly #zip: Zip
  #full = false

  constructor() {
    this.content = this.#out
    this.#zip = new Zip((error, chunk) => {
      if (error) this.#out.destroy(error)
      else if (!this.#out.destroyed) this.#full = !this.#out.write(chunk)
    })
  }

  /** An entry that is a JSON array. */
  async json(name: string, items: AsyncIterable<unknown> | Iterable<unknown>): Promise<void> {
    const entry = this.#entry(name)
    let text = '['
    let separator = '\n'
    for await (const item of items) {
      text += `${separator}${JSON.stringify(item)}`
      separator = ',\n'
      if (text.length < CHUNK) continue
      await this.#push(entry, Buffer.from(text))
      text = ''
    }
    entry.push(Buffer.from(`${text}\n]\n`), true)
    await this.#drained()
  }

  async file(name: string, content: AsyncIterable<Buffer>): Promise<void> {
    const entry = this.#entry(name)
    for await (const chunk of content) await this.#push(entry, chunk)
    entry.push(new Uint8Array(), true)
    await this.#drained()
  }

  end(): void {
    this.#zip.end()
    this.#out.end()
  }

  /** Whoever reads it must not take a half for the whole. */
  abort(cause: unknown): void {
    this.#out.destroy(cause instanceof Error ? cause : new Error(String(cause)))
  }

  #entry(name: string): ZipDeflate {
    const entry = new ZipDeflate(name)
    this.#zip.add(entry)
    return entry
  }

  async #push(entry: ZipDeflate, chunk: Buffer): Promise<void> {
    entry.push(chunk)
    await this.#drained()
  }

  async #drained(): Promise<void> {
    if (this.#out.destroyed) throw new ParleyError('privacy.export-cut-off', 'The export is no longer being stored.')
    if (!this.#full) return
    this.#full = false
    await Promise.race([once(this.#out, 'drain'), once(this.#out, 'close')])
  }
}
