import { LRUCache } from 'lru-cache'
import type { Clock } from '../plugin/services.ts'

export interface ReadThroughOptions<V extends object> {
  readonly clock: Clock
  /** Most entries kept; the least recently used give way. */
  readonly max: number
  /** How old an answer may be. */
  readonly ttlMs: number
  /** How long "there is none" is remembered; 0 asks again every time. */
  readonly absentTtlMs: number
  /** Reads many keys at once; keys that are absent from the answer do not exist. */
  load(keys: readonly string[]): Promise<ReadonlyMap<string, V>>
}

interface Entry<V> {
  readonly value: V | undefined
  readonly until: number
}

/**
 * A small cache before a slow read. A warm key costs no query; a cold or aged one is read once, however many ask at the same
 * moment. A read that began before `forget` is handed to those who waited for it, and not kept: it may be older than the
 * change. A failed read is not kept either.
 */
export class ReadThrough<V extends object> {
  readonly #options: ReadThroughOptions<V>
  readonly #entries: LRUCache<string, Entry<V>>
  readonly #reading = new Map<string, Promise<V | undefined>>()

  constructor(options: ReadThroughOptions<V>) {
    this.#options = options
    this.#entries = new LRUCache({ max: options.max })
  }

  async get(key: string): Promise<V | undefined> {
    const warm = this.#warm(key)
    if (warm !== undefined) return warm.value
    this.#read([key])
    return this.#reading.get(key)
  }

  /** The keys that exist, with their values. */
  async getMany(keys: readonly string[]): Promise<ReadonlyMap<string, V>> {
    const found = new Map<string, V>()
    const cold: string[] = []
    for (const key of keys) {
      const warm = this.#warm(key)
      if (warm === undefined) cold.push(key)
      else if (warm.value !== undefined) found.set(key, warm.value)
    }
    if (cold.length === 0) return found
    this.#read(cold)
    const values = await Promise.all(cold.map((key) => this.#reading.get(key)))
    for (const [index, value] of values.entries()) {
      const key = cold[index]
      if (key !== undefined && value !== undefined) found.set(key, value)
    }
    return found
  }

  forget(key: string): void {
    this.#entries.delete(key)
    this.#reading.delete(key)
  }

  clear(): void {
    this.#entries.clear()
    this.#reading.clear()
  }

  #warm(key: string): Entry<V> | undefined {
    const entry = this.#entries.get(key)
    return entry !== undefined && this.#options.clock.millis() < entry.until ? entry : undefined
  }

  /** One read for all keys that nobody is reading yet. */
  #read(keys: readonly string[]): void {
    const fresh = [...new Set(keys)].filter((key) => !this.#reading.has(key))
    if (fresh.length === 0) return
    const loading = this.#options.load(fresh)
    for (const key of fresh) {
      const one: Promise<V | undefined> = loading
        .then((values) => {
          const value = values.get(key)
          if (this.#reading.get(key) === one) this.#keep(key, value)
          return value
        })
        .finally(() => {
          if (this.#reading.get(key) === one) this.#reading.delete(key)
        })
      this.#reading.set(key, one)
    }
  }

  #keep(key: string, value: V | undefined): void {
    const { clock, ttlMs, absentTtlMs } = this.#options
    const ttl = value === undefined ? absentTtlMs : ttlMs
    if (ttl > 0) this.#entries.set(key, { value, until: clock.millis() + ttl })
  }
}
