import { reasonOf } from '../plugin/errors.ts'
import type { Logger } from '../plugin/services.ts'
import type { FlagStore } from './flag-store.ts'
import type { Flags } from './flags.ts'

export interface FollowerOptions {
  readonly store: Pick<FlagStore, 'version' | 'read'>
  readonly flags: Pick<Flags, 'replace'>
  readonly log: Logger
  readonly pollMs: number
}

/**
 * Keeps the flags of this process as the database has them: asks for the version several times a second, and reads only when
 * it is another one. While the database is away the flags stay as they were.
 */
export class FlagFollower {
  readonly #options: FollowerOptions
  #version: string | undefined
  #timer: NodeJS.Timeout | undefined
  #checking: Promise<void> | undefined
  #stopped = false
  #failing = false

  constructor(options: FollowerOptions) {
    this.#options = options
  }

  /** The flags are there when it resolves. @throws UnavailableError */
  async start(): Promise<void> {
    await this.check()
    this.#next()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    // What a last check met was logged where it happened.
    await this.#checking?.catch(() => undefined)
  }

  /** Looks now, after a look that is under way: that one may be older than the change. @throws UnavailableError */
  async check(): Promise<void> {
    const running = this.#checking
    const mine = (async () => {
      await running?.catch(() => undefined)
      await this.#look()
    })()
    this.#checking = mine
    await mine
  }

  async #look(): Promise<void> {
    const { store, flags } = this.#options
    // In this order: a change in between is read already, and looked for once more.
    const version = await store.version()
    if (version === this.#version) return
    flags.replace(await store.read())
    this.#version = version
  }

  #next(): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => void this.#poll(), this.#options.pollMs).unref()
  }

  async #poll(): Promise<void> {
    const { log } = this.#options
    try {
      await this.check()
      if (this.#failing) log.info({}, 'flags are followed again')
      this.#failing = false
    } catch (error) {
      if (!this.#failing)
        log.warn({ reason: reasonOf(error) }, 'cannot see whether flags have changed; going on with those known')
      this.#failing = true
    }
    this.#next()
  }
}
