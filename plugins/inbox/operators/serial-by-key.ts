import { Observable, type OperatorFunction, type Subscriber } from 'rxjs'

/**
 * Works on values of one key one after another, in order, and on different keys side by side, at most `concurrency` of
 * them. (`groupBy` with a duration starts a second group for a key while the first one still works.)
 */
export function serialByKey<T, R>(
  keyOf: (value: T) => string,
  work: (value: T) => Promise<R>,
  concurrency: number,
): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>((subscriber) => {
      const queues = new KeyedQueues(subscriber, work, concurrency)
      return source.subscribe({
        next: (value) => queues.add(keyOf(value), value),
        error: (error) => subscriber.error(error),
        complete: () => queues.complete(),
      })
    })
}

class KeyedQueues<T, R> {
  readonly #subscriber: Subscriber<R>
  readonly #work: (value: T) => Promise<R>
  readonly #concurrency: number
  /** Values that wait, by key; a key that is being worked on has a queue, if an empty one. */
  readonly #queues = new Map<string, T[]>()
  readonly #ready: string[] = []
  #active = 0
  #completed = false

  constructor(subscriber: Subscriber<R>, work: (value: T) => Promise<R>, concurrency: number) {
    this.#subscriber = subscriber
    this.#work = work
    this.#concurrency = concurrency
  }

  add(key: string, value: T): void {
    const queue = this.#queues.get(key)
    if (queue !== undefined) {
      queue.push(value)
      return
    }
    this.#queues.set(key, [value])
    this.#ready.push(key)
    this.#next()
  }

  complete(): void {
    this.#completed = true
    this.#next()
  }

  #next(): void {
    while (this.#active < this.#concurrency) {
      const key = this.#ready.shift()
      if (key === undefined) break
      this.#active += 1
      void this.#run(key)
    }
    if (this.#completed && this.#active === 0 && this.#ready.length === 0) this.#subscriber.complete()
  }

  /** Never rejects: a failure of the work is the stream's. */
  async #run(key: string): Promise<void> {
    const queue = this.#queues.get(key) ?? []
    const value = queue.shift()
    try {
      if (value !== undefined && !this.#subscriber.closed) this.#subscriber.next(await this.#work(value))
    } catch (error) {
      this.#subscriber.error(error)
    }
    this.#active -= 1
    if (queue.length > 0) this.#ready.push(key)
    else this.#queues.delete(key)
    this.#next()
  }
}
