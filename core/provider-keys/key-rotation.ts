import { ReadThrough } from '../cache/read-through.ts'
import type { KeyedCall, ProviderKeyRefusal, ProviderKeys, ProviderKeyUse } from '../contracts/ports/provider-keys.ts'
import { UnavailableError } from '../plugin/errors.ts'
import { type Result, refuse } from '../plugin/result.ts'
import type { Clock } from '../plugin/services.ts'
import type { Database } from '../plugin/unit-of-work.ts'
import type { KeyUse, ProviderKey, ProviderKeyStore } from './provider-key-store.ts'
import type { ProviderKeySettings } from './settings.ts'

export interface KeyRotationOptions {
  readonly database: Database
  readonly store: ProviderKeyStore
  readonly clock: Clock
  readonly settings: ProviderKeySettings
}

interface Usable extends ProviderKey {
  readonly tenantId: string
  readonly secret: string
}

/** Keys of the installation lie under the nil UUID. */
export const INSTALLATION_KEYS = '00000000-0000-0000-0000-000000000000'

/**
 * The `provider-keys` port. A key is used until it fails; then it rests, in every process within `cacheMs`, and the next one
 * by priority serves. Uses are collected and written together, so that a call waits for no write but that of a rest.
 */
export class KeyRotation implements ProviderKeys {
  readonly #options: KeyRotationOptions
  readonly #known: ReadThrough<readonly Usable[]>
  /** Rests of this process, which the cache may not know yet. */
  readonly #resting = new Map<string, number>()
  readonly #uses = new Map<string, KeyUse & { readonly tenantId: string }>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: KeyRotationOptions) {
    const { clock, settings } = options
    this.#options = options
    this.#known = new ReadThrough({
      clock,
      max: settings.cacheMax,
      ttlMs: settings.cacheMs,
      absentTtlMs: settings.cacheMs,
      load: (places) => this.#load(places),
    })
  }

  async use<T>(
    tenantId: string,
    provider: string,
    call: (secret: string) => Promise<KeyedCall<T>>,
    { shared = false }: ProviderKeyUse = {},
  ): Promise<Result<{ value: T; keyId: string }, ProviderKeyRefusal>> {
    const keys = [
      ...(await this.#of(tenantId, provider)),
      ...(shared ? await this.#of(INSTALLATION_KEYS, provider) : []),
    ]
    if (keys.length === 0) return refuse('no-key', `There is no key for ${provider}.`)
    for (const key of keys) {
      if (this.#rests(key)) continue
      const outcome = await call(key.secret)
      this.#count(key, outcome.ok)
      if (outcome.ok) return { ok: true, value: outcome.value, keyId: key.id }
      await this.#rest(key, outcome.failure, outcome.retryAfterMs)
    }
    return refuse('all-resting', `Every key for ${provider} has failed lately and rests.`, true)
  }

  /** After a change here has been committed. */
  forget(tenantId: string, provider: string): void {
    this.#known.forget(`${tenantId}/${provider}`)
    this.#resting.clear()
  }

  /** Writes the collected uses from time to time until `stop`. */
  start(): void {
    this.#timer = setInterval(() => {
      this.flush().catch(raiseUnlessOutage)
    }, this.#options.settings.flushEveryMs).unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush().catch(raiseUnlessOutage)
  }

  /** Writes the collected uses now. @throws UnavailableError; what was not written is kept for the next time */
  async flush(): Promise<void> {
    const { database, store } = this.#options
    for (const [id, use] of [...this.#uses]) {
      this.#uses.delete(id)
      try {
        await database.transaction(use.tenantId, (uow) => store.addUse(uow, id, use))
      } catch (error) {
        this.#add(id, use)
        throw error
      }
    }
  }

  async #of(tenantId: string, provider: string): Promise<readonly Usable[]> {
    return (await this.#known.get(`${tenantId}/${provider}`)) ?? []
  }

  #rests({ id, restingUntil }: ProviderKey): boolean {
    const until = Math.max(restingUntil?.getTime() ?? 0, this.#resting.get(id) ?? 0)
    if (until > this.#options.clock.millis()) return true
    this.#resting.delete(id)
    return false
  }

  async #rest(key: Usable, why: 'refused' | 'throttled' | 'exhausted', retryAfterMs?: number): Promise<void> {
    const { database, store, clock, settings } = this.#options
    const asked = retryAfterMs ?? settings[`${why}RestMs`]
    const until = clock.millis() + Math.min(Math.max(0, asked), settings.maxRestMs)
    this.#resting.set(key.id, until)
    await database.transaction(key.tenantId, (uow) => store.rest(uow, key.id, new Date(until), why))
  }

  #count({ id, tenantId }: Usable, ok: boolean): void {
    this.#add(id, { tenantId, uses: 1, failures: ok ? 0 : 1, lastUsedAt: this.#options.clock.now() })
  }

  #add(id: string, use: KeyUse & { readonly tenantId: string }): void {
    const before = this.#uses.get(id)
    this.#uses.set(id, {
      ...use,
      uses: use.uses + (before?.uses ?? 0),
      failures: use.failures + (before?.failures ?? 0),
    })
  }

  async #load(places: readonly string[]): Promise<ReadonlyMap<string, readonly Usable[]>> {
    const { database, store } = this.#options
    const found = new Map<string, readonly Usable[]>()
    for (const place of places) {
      const [tenantId = '', provider = ''] = place.split('/')
      const keys = await database.transaction(tenantId, (uow) => store.open(uow, provider))
      found.set(
        place,
        keys.map((key) => ({ ...key, tenantId })),
      )
    }
    return found
  }
}

/** While the storage is down the counts wait for the next time; any other error is a bug and must surface. */
function raiseUnlessOutage(error: unknown): void {
  if (!(error instanceof UnavailableError)) throw error
}
