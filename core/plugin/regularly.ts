import { setTimeout as delay } from 'node:timers/promises'
import { reasonOf } from './errors.ts'
import type { Logger } from './services.ts'

/**
 * Work of one process that comes round again by real time: at once, then after each pause. For adapters, which have no
 * tables and so no jobs. A turn that fails is logged, and the next one comes all the same.
 */
export class Regularly {
  readonly #name: string
  readonly #options: { readonly everyMs: number; readonly log: Logger }
  readonly #work: (signal: AbortSignal) => Promise<void>
  readonly #ending = new AbortController()
  #running: Promise<void> | undefined

  /** @param name for the log: `sweeping files` */
  constructor(
    name: string,
    options: { readonly everyMs: number; readonly log: Logger },
    work: (signal: AbortSignal) => Promise<void>,
  ) {
    this.#name = name
    this.#options = options
    this.#work = work
  }

  start(): void {
    this.#running ??= this.#run(this.#ending.signal)
  }

  /** Ends the turn that is under way through its signal, and waits for it. */
  async stop(): Promise<void> {
    this.#ending.abort()
    await this.#running
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { everyMs, log } = this.#options
    while (!signal.aborted) {
      await this.#work(signal).catch((error) => {
        if (!signal.aborted) log.warn({ reason: reasonOf(error) }, `${this.#name} failed this time`)
      })
      await delay(everyMs, undefined, { signal, ref: false }).catch(ended)
    }
  }
}

/** The pause was cut short by `stop`. */
function ended(error: Error): void {
  if (error.name !== 'AbortError') throw error
}
