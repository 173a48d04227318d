import type { KeyedAttempt, KeyedBatch } from './keyed-transaction.ts'

/**
 * Events in memory that wait to be handled. Hands out batches of one tenant so that no key is in two batches at once
 * and each key's events leave in order. Tenants take turns.
 */
export class KeyQueue {
  readonly #tenants = new Map<string, KeyedAttempt[]>()
  readonly #inFlight = new Set<string>()
  #size = 0

  get size(): number {
    return this.#size
  }

  get inFlight(): number {
    return this.#inFlight.size
  }

  /** How many events of each tenant wait here. */
  heldByTenant(): ReadonlyMap<string, number> {
    return new Map([...this.#tenants].map(([tenant, queue]) => [tenant, queue.length]))
  }

  add(event: KeyedAttempt): void {
    const queue = this.#tenants.get(event.event.tenantid)
    if (queue === undefined) this.#tenants.set(event.event.tenantid, [event])
    else queue.push(event)
    this.#size += 1
  }

  /** At most `most` events of the tenant whose turn it is; `undefined` when all that waits is behind keys in flight. */
  take(most: number): KeyedBatch | undefined {
    for (const [tenantId, queue] of [...this.#tenants]) {
      const events: KeyedAttempt[] = []
      const left: KeyedAttempt[] = []
      for (const event of queue) {
        const free = events.length < most && !this.#inFlight.has(keyOf(event))
        if (free) events.push(event)
        else left.push(event)
      }
      this.#tenants.delete(tenantId)
      if (left.length > 0) this.#tenants.set(tenantId, left)
      if (events.length === 0) continue
      for (const event of events) this.#inFlight.add(keyOf(event))
      this.#size -= events.length
      return { tenantId, events }
    }
    return undefined
  }

  done(batch: KeyedBatch): void {
    for (const event of batch.events) this.#inFlight.delete(keyOf(event))
  }

  clear(): void {
    this.#tenants.clear()
    this.#size = 0
  }
}

function keyOf(event: KeyedAttempt): string {
  return `${event.position.topic}\n${event.event.partitionkey}`
}
