import type { Knex } from 'knex'
import type { PendingWork } from '../../data/pending-work.ts'
import { asUnavailable } from '../../data/unavailable.ts'
import { ParleyError, UnavailableError } from '../../plugin/errors.ts'
import type { Delivery, NewEvent } from '../../plugin/event.ts'
import type { EventHandler } from '../../plugin/handler.ts'
import { newId } from '../../plugin/new-id.ts'
import type { UnitOfWork } from '../../plugin/unit-of-work.ts'
import type { Group } from './group.ts'
import type { Wanted } from './sort-records.ts'

export type CallOutcome =
  | { readonly ok: true }
  /** The transaction, or the savepoint, must be rolled back. `late`: the handler may still be running on it. */
  | { readonly ok: false; readonly error: unknown; readonly late: boolean }

/** Calls a plugin's handler with a batch of one tenant's deliveries. */
export class HandlerCall {
  readonly #group: Group
  readonly #handler: EventHandler
  readonly #shutdown: AbortSignal

  constructor(group: Group, handler: EventHandler, shutdown: AbortSignal) {
    this.#group = group
    this.#handler = handler
    this.#shutdown = shutdown
  }

  /**
   * What it publishes and wants after commit goes to `pending`. A failure is a value.
   *
   * @throws UnavailableError `database.…`: the database is gone, which is nobody's failure; `engine.stopping`
   */
  async run(
    trx: Knex.Transaction,
    pending: PendingWork,
    tenantId: string,
    events: readonly (Wanted & { readonly attempt: number })[],
  ): Promise<CallOutcome> {
    const deadline = new AbortController()
    const signal = AbortSignal.any([deadline.signal, this.#shutdown])
    const deliveries = events.map(({ position, event, attempt }): Delivery => ({ position, event, attempt, signal }))
    const uow = this.#unitOfWork(trx, pending, tenantId, deliveries)
    try {
      // An async function of its own: a handler that throws at once fails like one that rejects.
      const work = (async () => this.#handler.handle(deliveries, uow))()
      await this.#withDeadline(deadline, work)
      return { ok: true }
    } catch (thrown) {
      if (this.#shutdown.aborted) throw new UnavailableError('engine.stopping', `${this.#group.name} was cut short.`)
      const error = asUnavailable(thrown)
      if (error instanceof UnavailableError && error.code.startsWith('database.')) throw error
      return { ok: false, error, late: deadline.signal.aborted }
    }
  }

  async #withDeadline(deadline: AbortController, work: Promise<void>): Promise<void> {
    const { timeoutMs, name } = this.#group
    const cut = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      const error = new ParleyError('handler.timeout', `${name} did not finish a batch within ${timeoutMs} ms.`)
      deadline.abort(error)
      cut.reject(error)
    }, timeoutMs)
    const onShutdown = () => cut.reject(this.#shutdown.reason)
    this.#shutdown.addEventListener('abort', onShutdown)
    // Whichever loses the race may still reject, when nobody listens any more.
    work.catch(ignoreLate)
    cut.promise.catch(ignoreLate)
    try {
      await Promise.race([work, cut.promise])
    } finally {
      clearTimeout(timer)
      this.#shutdown.removeEventListener('abort', onShutdown)
    }
  }

  /** Published events continue the correlation of the delivery that caused them. */
  #unitOfWork(
    trx: Knex.Transaction,
    pending: PendingWork,
    tenantId: string,
    deliveries: readonly Delivery[],
  ): UnitOfWork {
    const inner = pending.unitOfWork(trx, tenantId, `/plugins/${this.#group.pluginId}`, { correlationId: newId() })
    return {
      ...inner,
      publish: <T>(event: NewEvent<T>) => inner.publish(withCause(event, causeOf(event as NewEvent, deliveries))),
    }
  }
}

/**
 * The delivery that an event named as its cause, else the batch's only one, else the last one with the same key. In a
 * batch of several none of this may hold; then no cause is better than a wrong one.
 */
function causeOf(event: NewEvent, deliveries: readonly Delivery[]): Delivery | undefined {
  if (event.causationId !== undefined) return deliveries.find((delivery) => delivery.event.id === event.causationId)
  if (deliveries.length === 1) return deliveries[0]
  return deliveries.findLast((delivery) => delivery.event.partitionkey === `${delivery.event.tenantid}/${event.key}`)
}

function withCause<T>(event: NewEvent<T>, cause: Delivery | undefined): NewEvent<T> {
  if (cause === undefined) return event
  return { causationId: cause.event.id, correlationId: cause.event.correlationid, ...event }
}

function ignoreLate(): void {
  // The batch's fate was decided by the deadline; its transaction is rolled back.
}
