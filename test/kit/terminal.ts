import { once } from 'node:events'
import type { PartnerFolder } from './partner-folder.ts'

/** Longest that a program may take to say what it should. */
const PATIENCE_MS = 120_000

/** A program that somebody sits before: types lines, reads what it says. */
export class Terminal {
  readonly #folder: PartnerFolder
  readonly #program: ReturnType<PartnerFolder['start']>
  #said = ''

  constructor(folder: PartnerFolder, line: string, at = '') {
    this.#folder = folder
    this.#program = folder.start(line, at)
    for (const stream of [this.#program.stdout, this.#program.stderr])
      stream.on('data', (chunk: Buffer) => {
        this.#said += chunk.toString()
      })
  }

  type(line: string): void {
    this.#program.stdin.write(`${line}\n`)
  }

  /** Resolves once it has said this, so many times; throws with all that it said instead. */
  async hear(text: string, times = 1): Promise<void> {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    while (this.#said.split(text).length <= times)
      await once(this.#program.stdout, 'data', { signal }).catch((cause) => {
        throw new Error(`waited in vain for "${text}"; there was:\n${this.#said}`, { cause })
      })
  }

  /** Ctrl-C. */
  close(): Promise<void> {
    return this.#folder.interrupt(this.#program)
  }
}
