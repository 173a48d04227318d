import {
  asyncScheduler,
  Observable,
  type OperatorFunction,
  type SchedulerLike,
  type Subscriber,
  type Subscription,
} from 'rxjs'

export interface BurstOptions<T> {
  readonly keyOf: (value: T) => string
  /** Milliseconds; asked once for each burst. Values that come while it answers belong to the burst. */
  readonly quietOf: (value: T) => Promise<number>
  /** A key that never falls quiet is emitted after this many quiet times. */
  readonly factor: number
  readonly scheduler?: SchedulerLike
}

/**
 * Gathers the values of a key until none came for the key's quiet time, then emits them together. With a quiet time of 0
 * every value is a burst of its own, at once.
 */
export function bursts<T>(options: BurstOptions<T>): OperatorFunction<T, readonly T[]> {
  return (source) =>
    new Observable<readonly T[]>((subscriber) => {
      const gathering = new Gathering(subscriber, options)
      const subscription = source.subscribe({
        next: (value) => gathering.add(value),
        error: (error) => subscriber.error(error),
        complete: () => gathering.complete(),
      })
      return () => {
        subscription.unsubscribe()
        gathering.drop()
      }
    })
}

interface Burst<T> {
  readonly values: T[]
  readonly startedAt: number
  timer: Subscription | undefined
  quietMs: number | undefined
}

class Gathering<T> {
  readonly #subscriber: Subscriber<readonly T[]>
  readonly #options: BurstOptions<T>
  readonly #scheduler: SchedulerLike
  readonly #bursts = new Map<string, Burst<T>>()

  constructor(subscriber: Subscriber<readonly T[]>, options: BurstOptions<T>) {
    this.#subscriber = subscriber
    this.#options = options
    this.#scheduler = options.scheduler ?? asyncScheduler
  }

  add(value: T): void {
    const key = this.#options.keyOf(value)
    const burst = this.#bursts.get(key)
    if (burst !== undefined) {
      burst.values.push(value)
      this.#wait(key, burst)
      return
    }
    const fresh = { values: [value], startedAt: this.#scheduler.now(), timer: undefined, quietMs: undefined }
    this.#bursts.set(key, fresh)
    void this.#begin(key, fresh, value)
  }

  /** What is gathered goes out at once. */
  complete(): void {
    for (const [key, burst] of [...this.#bursts]) this.#emit(key, burst)
    this.#subscriber.complete()
  }

  drop(): void {
    for (const burst of this.#bursts.values()) burst.timer?.unsubscribe()
    this.#bursts.clear()
  }

  /** Never rejects: a failure to tell the quiet time is the stream's. */
  async #begin(key: string, burst: Burst<T>, value: T): Promise<void> {
    try {
      burst.quietMs = await this.#options.quietOf(value)
      if (this.#bursts.get(key) === burst) this.#wait(key, burst)
    } catch (error) {
      this.#subscriber.error(error)
    }
  }

  #wait(key: string, burst: Burst<T>): void {
    const { quietMs } = burst
    if (quietMs === undefined) return
    burst.timer?.unsubscribe()
    const left = burst.startedAt + quietMs * this.#options.factor - this.#scheduler.now()
    if (quietMs === 0 || left <= 0) this.#emit(key, burst)
    else burst.timer = this.#scheduler.schedule(() => this.#emit(key, burst), Math.min(quietMs, left))
  }

  #emit(key: string, burst: Burst<T>): void {
    burst.timer?.unsubscribe()
    this.#bursts.delete(key)
    if (burst.quietMs === 0) for (const value of burst.values) this.#subscriber.next([value])
    else this.#subscriber.next(burst.values)
  }
}
