import type { Knex } from 'knex'
import type { Clock } from '../plugin/services.ts'
import { jobSchema } from './job-schema.ts'

/**
 * pg-boss compares due times with the database's clock; Parley's due times are by the kernel's. They are the same clock
 * unless a test moves the kernel's. So a job keeps its due time by the kernel's clock (`data.due`) beside pg-boss' own
 * `start_after`, which is set to the moment of real time at which the kernel's clock, as it runs now, gets there. When
 * the clock is moved, every waiting job's moment is computed anew.
 */
export class KernelTime {
  readonly #clock: Clock
  #moves = 0

  constructor(clock: Clock) {
    this.#clock = clock
    clock.onJump?.(() => {
      this.#moves += 1
    })
  }

  /** Changes when somebody moves the clock. */
  get moves(): number {
    return this.#moves
  }

  now(): Date {
    return this.#clock.now()
  }

  /** The real moment for a due time of the kernel's clock. */
  realMoment(due: number): Date {
    return new Date(due + this.#offset())
  }

  /** After a move: new moments for all that waits. Retries wait by real time; the move is taken off theirs. */
  async realign(knex: Knex, queues: readonly string[], movedMs: number): Promise<void> {
    await knex.raw(
      `update ${jobSchema}.job set start_after = case
         when state = 'created' then to_timestamp(((data->>'due')::float8 + :offset) / 1000)
         else start_after - :moved * interval '1 millisecond' end
       where name = any(:queues) and state in ('created', 'retry')`,
      { offset: this.#offset(), moved: movedMs, queues: [...queues] },
    )
  }

  #offset(): number {
    return Date.now() - this.#clock.millis()
  }
}
