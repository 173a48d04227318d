/** What a full queue answers: the whole of it is full, or this owner's share. */
export type QueueRefusal = 'full' | 'owner-full'

interface Waiting<T> {
  readonly item: T
  readonly weight: number
}

/**
 * A bounded queue that owners take turns in: each round hands out one item per owner, so an owner with a thousand items
 * delays another's single item by one item, not by a thousand. An owner's own items keep their order.
 */
export class FairQueue<T> {
  readonly #limit: number
  readonly #ownerLimit: number
  /** In the order of turns. */
  readonly #owners = new Map<string, { items: Waiting<T>[]; weight: number }>()
  #weight = 0

  constructor(limit: number, ownerLimit: number) {
    this.#limit = limit
    this.#ownerLimit = ownerLimit
  }

  get weight(): number {
    return this.#weight
  }

  /** @returns why it was refused, or `undefined` when it was taken. An item that alone is over a limit fits into an empty queue. */
  push(owner: string, item: T, weight: number): QueueRefusal | undefined {
    if (this.#weight > 0 && this.#weight + weight > this.#limit) return 'full'
    const queue = this.#owners.get(owner) ?? { items: [], weight: 0 }
    if (queue.weight > 0 && queue.weight + weight > this.#ownerLimit) return 'owner-full'
    queue.items.push({ item, weight })
    queue.weight += weight
    this.#weight += weight
    this.#owners.set(owner, queue)
    return undefined
  }

  /** Takes items worth at most `most`, but at least one. */
  take(most: number): T[] {
    const taken: T[] = []
    let room = most
    for (const [owner, queue] of this.#turns()) {
      const next = queue.items[0]
      if (next === undefined) continue
      if (taken.length > 0 && next.weight > room) break
      queue.items.shift()
      queue.weight -= next.weight
      this.#weight -= next.weight
      room -= next.weight
      taken.push(next.item)
      this.#owners.delete(owner)
      if (queue.items.length > 0) this.#owners.set(owner, queue)
      if (room <= 0) break
    }
    return taken
  }

  /** Whoever had a turn goes to the end of the map, and so is met again after all others. */
  *#turns(): Generator<[string, { items: Waiting<T>[]; weight: number }]> {
    for (;;) {
      const [first] = this.#owners
      if (first === undefined) return
      yield first
    }
  }
}
