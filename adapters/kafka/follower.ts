import { setTimeout as pause } from 'node:timers/promises'
import { type CarrierFollower, type CarrierListener, type CarrierPartition, type Logger, reasonOf } from '@parley/core'
import type { ClientMaker } from './client.ts'
import { FollowerLife } from './follower-life.ts'
import type { KafkaSettings } from './settings.ts'

export interface FollowerParts {
  readonly client: ClientMaker
  readonly settings: KafkaSettings
  readonly log: Logger
}

export interface FollowerCounts {
  /** Lives that ended by themselves: a crash, a lost connection, or no sign of life. */
  restarts: number
  rejoins: number
  undecodable: number
}

/**
 * Follows for as long as the process wants to, through any number of lives of a kafkajs consumer: one that crashes, loses
 * its connection for good, or shows no sign of life for three sessions is thrown away, and a new one begins after a pause.
 * It also begins anew when a topic is wanted that the consumer has not subscribed to.
 */
export class Follower implements CarrierFollower {
  readonly counts: FollowerCounts = { restarts: 0, rejoins: 0, undecodable: 0 }
  readonly #parts: FollowerParts
  readonly #listener: CarrierListener
  #wanted: readonly CarrierPartition[] = []
  #topics: ReadonlySet<string> = new Set()
  #life: FollowerLife | undefined
  #running: Promise<void> | undefined
  #stopping = false

  constructor(parts: FollowerParts, listener: CarrierListener) {
    this.#parts = parts
    this.#listener = listener
  }

  get isWanted(): boolean {
    return this.#running !== undefined && !this.#stopping
  }

  /** True while what is published is delivered. */
  get isJoined(): boolean {
    return this.#life?.isJoined === true
  }

  set(partitions: readonly CarrierPartition[]): void {
    this.#wanted = partitions
    const isNew = partitions.some(({ topic }) => !this.#topics.has(topic))
    if (isNew) {
      this.#topics = new Set([...this.#topics, ...partitions.map(({ topic }) => topic)])
      this.#life?.end()
    }
    this.#life?.set(partitions)
    if (this.#topics.size > 0) this.#running ??= this.#loop()
  }

  pause(partition: CarrierPartition): void {
    this.#life?.pause(partition)
  }

  resume(partition: CarrierPartition): void {
    this.#life?.resume(partition)
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#life?.end()
    await this.#running
  }

  async #loop(): Promise<void> {
    const { log, settings } = this.#parts
    let failures = 0
    while (!this.#stopping) {
      const begun = performance.now()
      const asked = await this.#live()
      if (asked) continue
      this.counts.restarts += 1
      failures = performance.now() - begun > settings.sessionMs ? 1 : failures + 1
      const { restartBaseMs, restartCapMs } = settings
      const ms = Math.min(restartCapMs, restartBaseMs * 2 ** Math.min(failures - 1, 20))
      log.warn({ failures, ms }, 'following Kafka begins anew after a pause')
      await this.#pause(ms)
    }
  }

  /** One life. @returns true when it ended because it was asked to */
  async #live(): Promise<boolean> {
    const { log } = this.#parts
    const life = new FollowerLife(this.#parts, this.#listener, this.counts)
    this.#life = life
    try {
      await life.run([...this.#topics], this.#wanted)
      return true
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'Kafka cannot be followed')
      return false
    } finally {
      this.#life = undefined
      this.#listener.lost()
    }
  }

  async #pause(ms: number): Promise<void> {
    const until = performance.now() + ms
    while (!this.#stopping && performance.now() < until) await pause(20)
  }
}
