import type { Readable, Transform } from 'node:stream'
import type { MimeNode } from '@zone-eu/mailsplit'
import { isBody } from './part-reader.ts'
import { eachPart } from './read-mail.ts'

/**
 * The file at that place among the files of a raw mail, as `readMail` counts them; `undefined` when the mail has no such. It
 * rejects as the source does, or with `BrokenMail`.
 */
export async function fileAt(source: Buffer | Readable, index: number): Promise<Buffer | undefined> {
  const visitor = new OneFile(index)
  await eachPart(source, visitor)
  return visitor.content()
}

class OneFile {
  readonly #wanted: number
  readonly #chunks: Buffer[] = []
  #seen = -1
  #decoder: Transform | undefined
  #ended: Promise<void> | undefined

  constructor(wanted: number) {
    this.#wanted = wanted
  }

  node(node: MimeNode): void {
    this.#decoder?.end()
    this.#decoder = undefined
    if (node.multipart || isBody(node)) return
    this.#seen += 1
    if (this.#seen !== this.#wanted) return
    const decoder = node.getDecoder() as Transform
    this.#ended = new Promise((resolve, reject) => decoder.once('end', resolve).once('error', reject))
    decoder.on('data', (chunk: Buffer) => this.#chunks.push(chunk))
    this.#decoder = decoder
  }

  async body(_node: MimeNode, bytes: Buffer): Promise<void> {
    const decoder = this.#decoder
    if (decoder === undefined || decoder.write(bytes)) return
    await new Promise<void>((resolve) => decoder.once('drain', resolve))
  }

  async content(): Promise<Buffer | undefined> {
    this.#decoder?.end()
    if (this.#ended === undefined) return undefined
    await this.#ended
    return Buffer.concat(this.#chunks)
  }
}
