import { asyncScheduler, Observable, type OperatorFunction, type SchedulerLike, type Subscription } from 'rxjs'

interface Gathering<T> {
  readonly values: T[]
  timer: Subscription | undefined
  readonly startedAt: number
  quietMs: number | undefined
}

/**
 * Gathers the values of a key until none came for the key's quiet time, then emits them together. A key that never falls
 * quiet is emitted after `factor` quiet times. With a quiet time of 0 every value is a burst of its own, at once.
 *
 * @param quietOf asked once for each burst; values that come while it answers belong to the burst
 */
export function bursts<T>(
  keyOf: (value: T) => string,
  quietOf: (value: T) => Promise<number>,
  factor: number,
  scheduler: SchedulerLike = asyncScheduler,
): OperatorFunction<T, readonly T[]> {
  return (source) =>
    new Observable<readonly T[]>((subscriber) => {
      const gathering = new Map<string, Gathering<T>>()

      const emit = (key: string) => {
        const burst = gathering.get(key)
        if (burst === undefined) return
        burst.timer?.unsubscribe()
        gathering.delete(key)
        if (burst.quietMs === 0) for (const value of burst.values) subscriber.next([value])
        else subscriber.next(burst.values)
      }
      const wait = (key: string, burst: Gathering<T>, quietMs: number) => {
        burst.timer?.unsubscribe()
        const left = burst.startedAt + quietMs * factor - scheduler.now()
        if (quietMs === 0 || left <= 0) emit(key)
        else burst.timer = scheduler.schedule(() => emit(key), Math.min(quietMs, left))
      }
      const begin = async (key: string, burst: Gathering<T>, value: T): Promise<void> => {
        try {
          burst.quietMs = await quietOf(value)
          if (gathering.get(key) === burst && !subscriber.closed) wait(key, burst, burst.quietMs)
        } catch (error) {
          subscriber.error(error)
        }
      }

      const subscription = source.subscribe({
        next: (value) => {
          const key = keyOf(value)
          const burst = gathering.get(key)
          if (burst !== undefined) {
            burst.values.push(value)
            if (burst.quietMs !== undefined) wait(key, burst, burst.quietMs)
            return
          }
          const fresh = { values: [value], timer: undefined, startedAt: scheduler.now(), quietMs: undefined }
          gathering.set(key, fresh)
          void begin(key, fresh, value)
        },
        error: (error) => subscriber.error(error),
        complete: () => {
          for (const key of [...gathering.keys()]) emit(key)
          subscriber.complete()
        },
      })
      return () => {
        subscription.unsubscribe()
        for (const burst of gathering.values()) burst.timer?.unsubscribe()
        gathering.clear()
      }
    })
}
