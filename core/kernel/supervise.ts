import { AsyncLocalStorage } from 'node:async_hooks'
import { type ParleyError, UnavailableError } from '../plugin/errors.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import { KERNEL_ID } from '../tenancy/gate.ts'
import { Breaker } from './breaker.ts'

export interface SupervisorSettings {
  readonly failures: number
  readonly rejections: number
  readonly windowMs: number
  readonly openMs: number
}

export interface GuardOptions {
  /** Work that does not end when it aborts (a deadline, set by whoever calls) has failed: it is left behind. */
  readonly signal?: AbortSignal | undefined
  /** One event that fails for good is tried many times; only its first failure says something about the handler. */
  readonly isRetry?: boolean
}

/**
 * Knows whose code runs. Every entry into a plugin (register, start, a route, a handler, a job) goes through `enter`, and
 * what it starts without waiting for keeps the name, so that a rejection that nobody caught still has an owner.
 */
export class Supervisor {
  readonly #owner = new AsyncLocalStorage<string>()
  readonly #breaker: Breaker
  readonly #rejections = new Map<string, number[]>()
  readonly #pausedUntil = new Map<string, number>()
  readonly #clock: Clock
  readonly #log: Logger
  readonly #settings: SupervisorSettings
  readonly #onFloating: (pluginId: string) => void

  constructor(options: {
    clock: Clock
    log: Logger
    settings: SupervisorSettings
    /** Called for every rejection that nobody caught. */
    onFloating?: (pluginId: string) => void
  }) {
    this.#clock = options.clock
    this.#log = options.log
    this.#settings = options.settings
    this.#breaker = new Breaker(options.clock, options.settings)
    this.#onFloating = options.onFloating ?? (() => {})
  }

  /** Runs `work` as the plugin's. */
  enter<T>(pluginId: string, work: () => T): T {
    return this.#owner.run(pluginId, work)
  }

  /** Whose code is running; the kernel outside of all plugins. */
  owner(): string {
    return this.#owner.getStore() ?? KERNEL_ID
  }

  /**
   * Runs a handler or job of a plugin for a tenant. While its circuit is open it refuses with an UnavailableError, which
   * costs a delivery no attempt; it is tried again once the circuit lets one call through.
   */
  async guard<T>(
    pluginId: string,
    handlerId: string,
    tenantId: string,
    work: () => Promise<T>,
    { signal, isRetry = false }: GuardOptions = {},
  ): Promise<T> {
    const key = `${pluginId}/${handlerId}/${tenantId}`
    const wait = Math.max(this.pausedMs(pluginId), this.#breaker.waitMs(key))
    if (wait > 0) throw circuitOpen(`${pluginId}/${handlerId}`, wait)
    try {
      const result = await untilAborted(this.enter(pluginId, work), signal)
      this.#breaker.succeeded(key)
      return result
    } catch (error) {
      // The storage being down says nothing about the handler.
      if (!(error instanceof UnavailableError)) this.#breaker.failed(key, !isRetry)
      else this.#breaker.released(key)
      throw error
    }
  }

  /** How long the plugin as a whole is paused because of floating rejections; 0 when it is not. */
  pausedMs(pluginId: string): number {
    return Math.max(0, (this.#pausedUntil.get(pluginId) ?? 0) - this.#clock.millis())
  }

  /** Throws the 503 of a paused plugin. */
  assertNotPaused(pluginId: string): void {
    const wait = this.pausedMs(pluginId)
    if (wait > 0) throw circuitOpen(pluginId, wait)
  }

  /** A rejection that nobody caught: counted, and the plugin is paused when it makes a habit of it. */
  floating(pluginId: string, reason: unknown): void {
    const now = this.#clock.millis()
    const recent = [...(this.#rejections.get(pluginId) ?? []), now].filter((at) => at > now - this.#settings.windowMs)
    this.#rejections.set(pluginId, recent)
    this.#onFloating(pluginId)
    const tripped = pluginId !== KERNEL_ID && recent.length >= this.#settings.rejections
    if (tripped) {
      this.#pausedUntil.set(pluginId, now + this.#settings.openMs)
      this.#rejections.delete(pluginId)
    }
    this.#log.error({ plugin: pluginId, error: reason, paused: tripped }, 'a rejection that nobody caught')
  }

  /** Handlers whose circuit is open, as `plugin/handler/tenant`. */
  openCircuits(): readonly string[] {
    return this.#breaker.open()
  }
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  let stop = () => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function circuitOpen(what: string, waitMs: number): ParleyError {
  return new UnavailableError('plugin.circuit-open', `${what} failed too often and is paused for ${waitMs} ms`, {
    retryAfterSeconds: Math.ceil(waitMs / 1000),
  })
}
