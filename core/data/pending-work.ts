import type { Knex } from 'knex'
import type { EventAppender, PendingEvent } from '../events/appender.ts'
import type { NewEvent } from '../plugin/event.ts'
import { newId } from '../plugin/new-id.ts'
import type { TransactionOptions, UnitOfWork } from '../plugin/unit-of-work.ts'

/**
 * What one transaction will do at its end: events to append, effects to run. It may hold the units of work of several
 * tenants (the engine's), and is appended once, so that the log's heads are locked as late and as briefly as possible.
 *
 * Work under a savepoint gets a `PendingWork` of its own: `absorb` it after the release, forget it after a rollback.
 */
export class PendingWork {
  readonly #appender: EventAppender
  readonly #events: PendingEvent[] = []
  readonly #effects: (() => void)[] = []
  readonly #topics = new Set<string>()

  constructor(appender: EventAppender) {
    this.#appender = appender
  }

  /**
   * A unit of work over a transaction that has entered the tenant already.
   *
   * @param source who publishes, as the events' `source`: `/plugins/inbox`
   */
  unitOfWork(
    trx: Knex.Transaction,
    tenantId: string,
    source: string,
    { correlationId = newId(), causationId }: TransactionOptions = {},
  ): UnitOfWork {
    const context = causationId === undefined ? { source, correlationId } : { source, correlationId, causationId }
    return {
      tenantId,
      trx,
      publish: <T>(event: NewEvent<T>) => {
        this.#events.push(this.#appender.prepare(tenantId, event as NewEvent, context))
        this.#topics.add(event.type.topic)
      },
      afterCommit: (effect) => {
        this.#effects.push(effect)
      },
    }
  }

  get eventCount(): number {
    return this.#events.length
  }

  absorb(inner: PendingWork): void {
    this.#events.push(...inner.#events)
    this.#effects.push(...inner.#effects)
    for (const topic of inner.#topics) this.#topics.add(topic)
  }

  /** Appends the events: the last statement before COMMIT. Nothing to append costs nothing. */
  async append(trx: Knex.Transaction): Promise<void> {
    if (this.#events.length > 0) await this.#appender.append(trx, this.#events)
  }

  /**
   * After COMMIT: wakes the log's readers, then runs the effects. An effect that throws does not keep the others from
   * running, nor does it make committed work look failed: it goes to `onEffectError`.
   */
  committed(onEffectError: (error: unknown) => void): void {
    if (this.#topics.size > 0) this.#appender.committed([...this.#topics])
    for (const effect of this.#effects) {
      try {
        effect()
      } catch (error) {
        onEffectError(error)
      }
    }
  }
}
