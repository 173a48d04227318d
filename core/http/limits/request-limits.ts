import type { PlanTiers } from '../../contracts/ports/plan-tiers.ts'
import { reasonOf } from '../../plugin/errors.ts'
import type { Actor } from '../../plugin/route.ts'
import type { Logger } from '../../plugin/services.ts'
import { addressKey } from './address-key.ts'
import { type Attempt, AuthLimit } from './auth-limit.ts'
import { type LimitSettings, tierPoints } from './settings.ts'
import { SharedCounter } from './shared-counter.ts'
import { type LimitStore, storeLimiter, sweep } from './store.ts'
import type { Verdict } from './verdict.ts'

export interface RequestLimitsOptions {
  readonly store: LimitStore
  readonly settings: LimitSettings
  readonly tiers: PlanTiers
  readonly log: Logger
}

/** What has happened since the start, for metrics. */
export interface LimitFigures {
  /** By policy. */
  readonly refused: Readonly<Record<string, number>>
  /** Times that counts could not be shared: every process counted for itself meanwhile. */
  readonly storeFailures: number
}

const SWEEP_EVERY_MS = 300_000

/**
 * How often everybody may call. General limits are kept in memory and shared in batches: no request waits for the store, and
 * when that is away the API goes on with each process counting for itself (fail open, counted and logged). Attempts at
 * secrets are counted in the store one by one (see {@link AuthLimit}, which fails closed).
 */
export class RequestLimits {
  readonly #options: RequestLimitsOptions
  readonly #auth: AuthLimit
  readonly #actors: SharedCounter
  readonly #tenants: SharedCounter
  readonly #anonymous: SharedCounter
  readonly #webhooks: SharedCounter
  readonly #pointsOf: (tier: string) => number
  readonly #refused = new Map<string, number>()
  #storeFailures = 0
  #failing = false
  #sweptAt = Date.now()
  #timer: NodeJS.Timeout | undefined
  #syncing: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: RequestLimitsOptions) {
    const { store, settings } = options
    this.#options = options
    this.#auth = new AuthLimit(store, settings)
    this.#pointsOf = tierPoints(settings.tenant)
    const counter = (policy: string, windowSeconds: number) => {
      const limiter = storeLimiter(store, policy, { points: Number.MAX_SAFE_INTEGER - 1, windowSeconds })
      return new SharedCounter({ policy, windowSeconds, limiter, maxKeys: settings.maxKeys, now: Date.now })
    }
    this.#actors = counter('actor', settings.actor.windowSeconds)
    this.#tenants = counter('tenant', settings.tenant.windowSeconds)
    this.#anonymous = counter('anonymous', settings.anonymous.windowSeconds)
    this.#webhooks = counter('webhooks', settings.webhooks.windowSeconds)
  }

  /** One more request of somebody who is known. The customers of a tenant do not use up what its people may. */
  async request(actor: Actor): Promise<readonly Verdict[]> {
    const { settings, tiers } = this.#options
    const own = this.#told(this.#actors.take(`${actor.kind}:${actor.id}`, settings.actor.points))
    if (!own.allowed || actor.kind === 'visitor') return [own]
    const tier = actor.claims?.tier ?? (await tiers.tierOf(actor.tenantId))
    return [own, this.#told(this.#tenants.take(actor.tenantId, this.#pointsOf(tier)))]
  }

  /** One more request of somebody who is not. */
  anonymous(address: string): Verdict {
    return this.#told(this.#anonymous.take(addressKey(address), this.#options.settings.anonymous.points))
  }

  webhook(address: string): Verdict {
    return this.#told(this.#webhooks.take(addressKey(address), this.#options.settings.webhooks.points))
  }

  /** One more attempt at a secret. @throws UnavailableError */
  async attempt(attempt: Attempt): Promise<Verdict> {
    return this.#told(await this.#auth.attempt(attempt))
  }

  succeeded(attempt: Attempt): Promise<void> {
    return this.#auth.succeeded(attempt)
  }

  figures(): LimitFigures {
    return { refused: Object.fromEntries(this.#refused), storeFailures: this.#storeFailures }
  }

  start(): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      this.#syncing = this.sync().then(() => this.start())
    }, this.#options.settings.syncMs).unref()
  }

  /** Tells the store what is left. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#syncing
    await this.sync()
  }

  /** Shares the counts now. Never throws: the store may be away. */
  async sync(): Promise<void> {
    const { store, log } = this.#options
    try {
      for (const counter of [this.#actors, this.#tenants, this.#anonymous, this.#webhooks]) await counter.flush()
      if (Date.now() - this.#sweptAt > SWEEP_EVERY_MS) {
        this.#sweptAt = Date.now()
        await sweep(store, this.#sweptAt)
      }
      if (this.#failing) log.info({}, 'counts of requests are shared again')
      this.#failing = false
    } catch (error) {
      this.#storeFailures += 1
      if (!this.#failing)
        log.warn({ reason: reasonOf(error) }, 'counts of requests cannot be shared; this process counts for itself')
      this.#failing = true
    }
  }

  #told(verdict: Verdict): Verdict {
    const { policy, allowed } = verdict
    if (!allowed) this.#refused.set(policy, (this.#refused.get(policy) ?? 0) + 1)
    return verdict
  }
}
