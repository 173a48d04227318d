import { Observable, type OperatorFunction } from 'rxjs'

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
      const queues = new Map<string, T[]>()
      const ready: string[] = []
      let active = 0
      let completed = false

      const next = () => {
        while (active < concurrency) {
          const key = ready.shift()
          if (key === undefined) break
          active += 1
          void run(key)
        }
        if (completed && active === 0 && ready.length === 0) subscriber.complete()
      }
      const run = async (key: string): Promise<void> => {
        const queue = queues.get(key) ?? []
        const value = queue.shift()
        try {
          if (value !== undefined && !subscriber.closed) subscriber.next(await work(value))
        } catch (error) {
          subscriber.error(error)
        }
        active -= 1
        if (queue.length > 0) ready.push(key)
        else queues.delete(key)
        next()
      }

      return source.subscribe({
        next: (value) => {
          const key = keyOf(value)
          const queue = queues.get(key)
          if (queue !== undefined) {
            queue.push(value)
            return
          }
          queues.set(key, [value])
          ready.push(key)
          next()
        },
        error: (error) => subscriber.error(error),
        complete: () => {
          completed = true
          next()
        },
      })
    })
}
