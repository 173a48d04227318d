import type { Clock } from '../plugin/services.ts'

/** Which calls were here, so that none is made twice by somebody who listened. As long as a call would be taken. */
export class SeenCalls {
  readonly #clock: Clock
  readonly #forMs: number
  /** By id, oldest first. */
  readonly #until = new Map<string, number>()

  constructor(options: { clock: Clock; forMs: number }) {
    this.#clock = options.clock
    this.#forMs = options.forMs
  }

  isNew(id: string): boolean {
    const now = this.#clock.millis()
    for (const [old, until] of this.#until) {
      if (until > now) break
      this.#until.delete(old)
    }
    if (this.#until.has(id)) return false
    this.#until.set(id, now + this.#forMs)
    return true
  }
}
