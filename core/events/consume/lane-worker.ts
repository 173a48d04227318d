import { asUnavailable } from '../../data/unavailable.ts'
import { reasonOf, UnavailableError } from '../../plugin/errors.ts'
import { retryDelay } from '../backoff.ts'
import { Signal } from '../signal.ts'
import { Settlement } from '../store/settlement.ts'
import type { LaneRequest } from '../store/work-store.ts'
import { BatchFailed } from './batch-run.ts'
import type { ConsumerParts } from './consumer.ts'
import type { Group } from './group.ts'
import type { LaneResult, LaneRun } from './lane-run.ts'
import { delivery } from './serial-transaction.ts'
import { settleLaneFailure } from './verdict.ts'

const nobody = '00000000-0000-0000-0000-000000000000'

/**
 * Works off a group's lanes, of all partitions: a few runs side by side, each for another tenant, tenants taking turns.
 * Any process may; the lanes' row locks keep them apart.
 *
 * A run that overran its deadline was rolled back whole. If it had one event, that is a failed try; if it had several,
 * that tenant's next runs take single events until as many have passed.
 */
export class LaneWorker {
  readonly #parts: ConsumerParts
  readonly #group: Group
  readonly #run: LaneRun
  readonly #shutdown: AbortController
  readonly #signal = new Signal()
  readonly #busy = new Set<string>()
  /** Runs of single events still to come, by tenant. */
  readonly #single = new Map<string, number>()
  #after = nobody
  #timer: { readonly at: number; readonly handle: NodeJS.Timeout } | undefined
  #stopping = false
  #running: Promise<void> | undefined

  constructor(parts: ConsumerParts, group: Group, run: LaneRun, shutdown: AbortController) {
    this.#parts = parts
    this.#group = group
    this.#run = run
    this.#shutdown = shutdown
  }

  start(): void {
    this.#running ??= this.#loop()
  }

  wake(): void {
    this.#signal.wake()
  }

  /** A lane is due at this time of the clock: be there, though nobody else may say so. */
  due(at: number): void {
    if (this.#timer !== undefined && this.#timer.at <= at) return
    clearTimeout(this.#timer?.handle)
    const wait = Math.min(Math.max(at - this.#parts.clock.millis(), 0), 60_000)
    const handle = setTimeout(() => {
      this.#timer = undefined
      this.#signal.wake()
    }, wait)
    handle.unref()
    this.#timer = { at, handle }
  }

  abort(): void {
    this.#shutdown.abort()
  }

  async stop(): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#timer?.handle)
    this.#signal.wake()
    await this.#running
  }

  async #loop(): Promise<void> {
    let failures = 0
    while (!this.#stopping) {
      await this.#signal.wait()
      while (!this.#stopping) {
        try {
          if (!(await this.#round())) break
          failures = 0
        } catch (error) {
          failures += 1
          this.#parts.log.warn({ group: this.#group.name, failures, reason: reasonOf(error) }, 'lanes pause')
          const { outageBaseMs: baseMs, outageCapMs: capMs } = this.#parts.settings.read
          await this.#signal.wait(retryDelay({ baseMs, capMs }, failures))
        }
      }
    }
  }

  /** @returns whether there may be more */
  async #round(): Promise<boolean> {
    const runs = Array.from({ length: this.#parts.settings.lanes.concurrency }, () => this.#one())
    const results = await Promise.allSettled(runs)
    for (const result of results) if (result.status === 'rejected') throw result.reason
    return results.some((result) => result.status === 'fulfilled' && result.value)
  }

  async #one(): Promise<boolean> {
    const { settings, clock } = this.#parts
    // Which tenant it will be is known only after the claim: a tenant of single runs makes the next run a small one.
    const small = this.#single.size > 0
    const request: LaneRequest = {
      now: clock.now(),
      after: this.#after,
      busy: [...this.#busy],
      lanes: small ? 1 : settings.lanes.lanes,
      events: small ? 1 : settings.lanes.events,
      timeoutMs: this.#group.timeoutMs,
    }
    let tenant: string | undefined
    const onClaim = (claimed: string) => {
      tenant = claimed
      this.#after = claimed
      this.#busy.add(claimed)
    }
    try {
      const result = await this.#run.run(request, onClaim)
      if (result === undefined) return false
      this.#singleDone(result)
      if (result.firstDue !== undefined) this.due(result.firstDue)
      return result.lanes > 0
    } catch (thrown) {
      return await this.#failed(thrown, tenant)
    } finally {
      if (tenant !== undefined) this.#busy.delete(tenant)
    }
  }

  #singleDone({ tenant }: LaneResult): void {
    const left = (this.#single.get(tenant) ?? 0) - 1
    if (left > 0) this.#single.set(tenant, left)
    else this.#single.delete(tenant)
  }

  async #failed(thrown: unknown, tenant: string | undefined): Promise<boolean> {
    const error = asUnavailable(thrown)
    if (error instanceof UnavailableError || tenant === undefined) throw error
    const events = error instanceof BatchFailed ? error.events : []
    const [only] = events
    if (events.length !== 1 || only === undefined) {
      if (events.length === 0) throw error
      this.#single.set(tenant, events.length)
      return true
    }
    const { workStore, knex, clock } = this.#parts
    const settlement = new Settlement()
    settleLaneFailure(settlement, this.#group, clock, delivery(only), error instanceof Error ? error.cause : error)
    await workStore.settle(knex, this.#group.name, clock.now(), settlement)
    if (settlement.firstDue !== undefined) this.due(settlement.firstDue)
    return true
  }
}
