interface Waiting<T, R> {
  readonly item: T
  resolve(result: R): void
  reject(error: unknown): void
}

interface Lane<T, R> {
  readonly waiting: Waiting<T, R>[]
  running: boolean
}

/**
 * Group commit: what is added while a run is under way goes into the next one, so that batches grow with the load and a
 * single item waits for nothing. One run at a time for each key (a tenant), in the order of adding.
 */
export class MicroBatch<T, R> {
  readonly #run: (key: string, items: readonly T[]) => Promise<readonly R[]>
  readonly #most: number
  readonly #lanes = new Map<string, Lane<T, R>>()

  /** @param run one result per item, in order; when it throws, every item of the run fails with that error */
  constructor(most: number, run: (key: string, items: readonly T[]) => Promise<readonly R[]>) {
    this.#most = most
    this.#run = run
  }

  add(key: string, item: T): Promise<R> {
    const lane = this.#lanes.get(key) ?? { waiting: [], running: false }
    this.#lanes.set(key, lane)
    return new Promise<R>((resolve, reject) => {
      lane.waiting.push({ item, resolve, reject })
      if (lane.running) return
      lane.running = true
      setImmediate(() => void this.#drain(key, lane))
    })
  }

  /** Never rejects: failures go to those who wait for the items. */
  async #drain(key: string, lane: Lane<T, R>): Promise<void> {
    while (lane.waiting.length > 0) {
      const batch = lane.waiting.splice(0, this.#most)
      try {
        const results = await this.#run(
          key,
          batch.map((one) => one.item),
        )
        for (const [index, one] of batch.entries()) one.resolve(results[index] as R)
      } catch (error) {
        for (const one of batch) one.reject(error)
      }
    }
    lane.running = false
    this.#lanes.delete(key)
  }
}
