import type { Knex } from 'knex'
import { reasonOf } from '../plugin/errors.ts'
import type { Logger } from '../plugin/services.ts'
import type { TopicPartition } from './consume/consumer.ts'
import { partitionName } from './consume/partitions.ts'
import { Signal } from './signal.ts'

export interface LeaseGroup {
  readonly name: string
  readonly topics: readonly string[]
}

export interface LeaseOptions {
  readonly knex: Knex
  readonly log: Logger
  /** This process, uniquely. */
  readonly owner: string
  readonly renewMs: number
  readonly ttlMs: number
  readonly groups: () => readonly LeaseGroup[]
  readonly onAssigned: (group: string, partitions: readonly TopicPartition[]) => void
}

/**
 * Says which partitions this process reads, group by group, so that several processes do not do the same work. Only
 * that: a process that believes in a lease it has lost is found out by its transactions.
 */
export class Leases {
  readonly #options: LeaseOptions
  readonly #signal = new Signal()
  /** What each group was told last. */
  readonly #told = new Map<string, string>()
  #stopping = false
  #running: Promise<void> | undefined

  constructor(options: LeaseOptions) {
    this.#options = options
  }

  start(): void {
    this.#running ??= this.#loop()
  }

  /** A consumer came anew: tell its group again. */
  forget(group: string): void {
    this.#told.delete(group)
  }

  /** The groups changed, or another process gave its leases back. */
  refresh(): void {
    this.#signal.wake()
  }

  /** Takes no more; what it has stays, until `release`. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#signal.wake()
    await this.#running
  }

  /** Gives everything back at once, for others to take. */
  async release(): Promise<void> {
    const { knex, owner } = this.#options
    await knex.raw('select parley.lease_release(?)', [owner])
  }

  async #loop(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#tick()
      } catch (error) {
        this.#options.log.warn({ reason: reasonOf(error) }, 'leases could not be renewed')
      }
      if (!this.#stopping) await this.#signal.wait(this.#options.renewMs)
    }
  }

  async #tick(): Promise<void> {
    const { knex, owner, ttlMs, groups, onAssigned } = this.#options
    const wanted = groups()
    const { rows } = await knex.raw<{ rows: { grp: string; topic: string; part: number }[] }>(
      'select * from parley.lease_tick(?, ?, ?)',
      [owner, JSON.stringify(wanted.map(({ name, topics }) => ({ g: name, t: topics }))), ttlMs],
    )
    if (this.#stopping) return
    const byGroup = Map.groupBy(rows, (row) => row.grp)
    for (const { name } of wanted) {
      const partitions = (byGroup.get(name) ?? []).map(({ topic, part }) => ({ topic, part }))
      const news = partitions.map(partitionName).sort().join(' ')
      if (this.#told.get(name) === news) continue
      this.#told.set(name, news)
      onAssigned(name, partitions)
    }
  }
}
