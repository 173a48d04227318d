import { reasonOf } from '../plugin/errors.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import type { KeyRing } from './key-ring.ts'
import type { RingKey } from './parse-keys.ts'
import type { RingKeyStore, StoredRingKey } from './ring-key-store.ts'
import { unwrapKey } from './wrapped-key.ts'

export interface KeyFollowerOptions {
  readonly store: RingKeyStore
  /** Wraps the keys of the database. */
  readonly root: KeyRing
  readonly rootKeys: readonly RingKey[]
  /** The ring that everybody seals with; kept up to date. */
  readonly ring: KeyRing
  readonly clock: Clock
  readonly log: Logger
  readonly pollMs: number
}

/** Told after each look, with the keys as they are. */
export type KeyListener = (keys: readonly StoredRingKey[]) => Promise<void>

/**
 * Keeps the ring of this process as the database has it, by looking every second. A new key goes through two steps, so that
 * no process ever meets a secret under a key that it does not know:
 *
 *     known to all  ── activateAfterMs ──▶  seals
 *
 * The root keys stay in the ring behind the others: they open what was sealed before there was any other key.
 */
export class KeyFollower {
  readonly #options: KeyFollowerOptions
  readonly #unwrapped = new Map<string, RingKey>()
  #order = ''
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #stopped = false
  #failing = false
  #listener: KeyListener | undefined

  constructor(options: KeyFollowerOptions) {
    this.#options = options
  }

  /** The keys are there when it resolves. @throws UnavailableError, ParleyError `secrets.unknown-key` */
  async start(): Promise<void> {
    await this.#read()
    this.#next()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#looking
  }

  /** Looks now. @throws UnavailableError */
  async look(): Promise<void> {
    const keys = await this.#read()
    await this.#listener?.(keys)
  }

  tell(listener: KeyListener): void {
    this.#listener = listener
  }

  async #read(): Promise<readonly StoredRingKey[]> {
    const { store, ring, rootKeys, clock } = this.#options
    const stored = await store.list()
    const now = clock.now()
    // The latest that seals already, then all others: they open only.
    const active = stored.filter((key) => key.active_at <= now)
    const ordered = [...active, ...stored.filter((key) => key.active_at > now)]
    const first = active.length === 0 ? rootKeys : []
    const order = [...first.map(({ id }) => id), ...ordered.map(({ id }) => id)].join(' ')
    if (order !== this.#order) {
      const keys = ordered.map((key) => this.#unwrap(key))
      ring.replace(active.length === 0 ? [...rootKeys, ...keys] : [...keys, ...rootKeys])
      this.#order = order
    }
    return stored
  }

  #unwrap(key: StoredRingKey): RingKey {
    const known = this.#unwrapped.get(key.id) ?? unwrapKey(this.#options.root, key)
    this.#unwrapped.set(key.id, known)
    return known
  }

  #next(): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      this.#looking = this.#poll()
    }, this.#options.pollMs).unref()
  }

  async #poll(): Promise<void> {
    const { log } = this.#options
    try {
      await this.look()
      if (this.#failing) log.info({}, 'the key ring is followed again')
      this.#failing = false
    } catch (error) {
      if (!this.#failing) log.warn({ reason: reasonOf(error) }, 'cannot see whether keys have changed')
      this.#failing = true
    }
    this.#next()
  }
}
