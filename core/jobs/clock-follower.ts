import type { Knex } from 'knex'
import { reasonOf } from '../plugin/errors.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import type { KernelTime } from './kernel-time.ts'

/** Moves waiting jobs along when somebody moves the kernel's clock. Over the machine's clock, which nobody moves, it does nothing. */
export class ClockFollower {
  readonly #parts: {
    readonly clock: Clock
    readonly time: KernelTime
    readonly knex: Knex
    readonly log: Logger
    readonly queues: () => readonly string[]
    /** Jobs may be due now. */
    readonly wake: () => void
  }
  #stop: (() => void) | undefined
  #aligned: Promise<void> = Promise.resolve()

  constructor(parts: {
    clock: Clock
    time: KernelTime
    knex: Knex
    log: Logger
    queues: () => readonly string[]
    wake: () => void
  }) {
    this.#parts = parts
  }

  /** Begins; jobs left by an earlier run are brought to this clock's time first. */
  async start(): Promise<void> {
    await this.#realign(0)
    this.#stop ??= this.#parts.clock.onJump?.((movedMs) => this.#align(movedMs))
  }

  stop(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  /** After COMMIT of a queued job: when the clock was moved since it was queued, the move could not see it. */
  committed(movesSeen: number): void {
    if (movesSeen !== this.#parts.time.moves) this.#align(0)
  }

  /** Resolves when all moves so far were followed. */
  async settled(): Promise<void> {
    await this.#aligned
  }

  #align(movedMs: number): void {
    this.#aligned = this.#aligned
      .then(() => this.#realign(movedMs))
      .catch((error) =>
        this.#parts.log.error({ reason: reasonOf(error) }, 'due times of jobs do not follow the moved clock'),
      )
      .then(() => this.#parts.wake())
  }

  async #realign(movedMs: number): Promise<void> {
    const { clock, time, knex, queues } = this.#parts
    if (clock.onJump !== undefined) await time.realign(knex, queues(), movedMs)
  }
}
