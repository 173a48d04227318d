import type { CarrierPartition, IncomingRecord } from '../../contracts/ports/event-carrier.ts'
import type { EventTransport, LogRange, LogRecord } from '../../contracts/ports/event-transport.ts'
import type { CarriedPartition } from './carried-partition.ts'
import { CarriedPartitions } from './carried-partitions.ts'

export interface CarriedTransportOptions {
  /** Reads the log itself: for history, gaps, and whenever the carrier is away. */
  readonly log: EventTransport
  /** Records of one partition at which its delivery is paused; more than four times as many are not kept. */
  readonly buffer: number
  /** Replaced by the chaos suite, whose mutants must be caught. */
  readonly partitions?: CarriedPartitions
}

/** What the transport asks of a follower. */
export interface Flow {
  pause(partition: CarrierPartition): void
  resume(partition: CarrierPartition): void
}

/**
 * What the consumers read through: runs of what was delivered, and the log for everything else; see
 * {@link CarriedPartition}. Without a carrier it is the log.
 *
 * Arrivals of the log are passed on only for topics in which somebody still has to ask it; for the others the delivery is
 * the arrival. They are then told to `onHint`, who sees to it that an arrival without a delivery does not go unnoticed.
 */
export class CarriedTransport implements EventTransport {
  readonly #counts = {
    ...{ delivered: 0, repeats: 0, gaps: 0, overflows: 0, foreign: 0 },
    ...{ refills: 0, history: 0, overdue: 0, handed: 0, fetched: 0 },
  }
  readonly #options: CarriedTransportOptions
  readonly #partitions: CarriedPartitions
  readonly #listeners = new Set<(topics: readonly string[]) => void>()
  #onHint: (topics: readonly string[]) => void = () => {}
  #logId = ''
  #flow: Flow = { pause: () => {}, resume: () => {} }

  constructor(options: CarriedTransportOptions) {
    this.#options = options
    this.#partitions = options.partitions ?? new CarriedPartitions()
    options.log.onArrival((topics) => this.#logArrived(topics))
  }

  /** Which log is carried, who regulates the flow, and who hears of arrivals that were not passed on. */
  attach(logId: string, flow: Flow, onHint: (topics: readonly string[]) => void): void {
    this.#logId = logId
    this.#flow = flow
    this.#onHint = onHint
  }

  onArrival(listener: (topics: readonly string[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The limit is shared by the partitions that have something; those that must be read from the log take half of it. */
  async read(ranges: readonly LogRange[], limit: number): Promise<readonly LogRecord[]> {
    const runs: (readonly LogRecord[])[] = []
    const asked: LogRange[] = []
    for (const range of ranges) {
      const partition = this.#partitions.open(range)
      const records = partition.read(range.from, limit)
      if (records === undefined) asked.push(range)
      else if (records.length > 0) runs.push(records)
      this.#resumeIfDrained(partition)
    }
    const half = Math.ceil(limit / 2)
    const share = Math.ceil((asked.length === 0 ? limit : half) / Math.max(1, runs.length))
    const served = runs.flatMap((records) => records.slice(0, share))
    this.#counts.handed += served.length
    if (asked.length === 0) return served
    return [...served, ...(await this.#readLog(asked, runs.length === 0 ? limit : half))]
  }

  /** These are followed by this process; what was kept of others is let go. */
  set(partitions: readonly CarrierPartition[]): void {
    this.#partitions.keep(partitions)
  }

  records(partition: CarrierPartition, records: readonly IncomingRecord[]): void {
    const { buffer } = this.#options
    const { topic, part } = partition
    const known = this.#partitions.get(partition)
    if (known === undefined) return
    let news = false
    for (const { log, off, event } of records) {
      if (log !== this.#logId) {
        this.#counts.foreign += 1
        continue
      }
      const taken = known.take(off, { position: { topic, part, off }, event }, buffer * 4)
      if (taken === 'repeat') this.#counts.repeats += 1
      else news = true
      if (taken === 'gap') this.#counts.gaps += 1
      if (taken === 'overflow') this.#counts.overflows += 1
      else if (taken !== 'repeat') this.#counts.delivered += 1
    }
    if (!known.paused && known.size >= buffer) {
      known.paused = true
      this.#flow.pause(partition)
    }
    if (news) this.#arrived([topic])
  }

  live(partitions: readonly CarrierPartition[]): void {
    for (const partition of partitions) this.#partitions.get(partition)?.follow()
    // Somebody has to look into the log once more before anybody may wait for the delivery alone.
    this.#arrived([...new Set(partitions.map(({ topic }) => topic))])
  }

  lost(): void {
    for (const partition of this.#partitions.all()) partition.lose()
    this.#arrived(this.#partitions.topics())
  }

  /** The carrier is known to be away: until it has caught up, everything is read from the log. */
  distrust(): void {
    const followed = this.#partitions.all().filter(({ state }) => state !== 'unsynced')
    const waiting = followed.filter(({ state }) => state === 'live')
    for (const partition of followed) partition.distrust()
    this.#arrived([...new Set(waiting.map(({ topic }) => topic))])
  }

  /** Those of the heads that a reader waits behind. */
  waitingBehind(heads: readonly LogRange[]): readonly LogRange[] {
    return heads.filter((head) => {
      const partition = this.#partitions.get(head)
      return partition?.state === 'live' && partition.end !== undefined && partition.end < head.from
    })
  }

  /** The log has had these for too long without a delivery. */
  overdue(partitions: readonly CarrierPartition[]): void {
    for (const partition of partitions) this.#partitions.get(partition)?.distrust()
    this.#counts.overdue += partitions.length
    this.#arrived([...new Set(partitions.map(({ topic }) => topic))])
  }

  /** What was delivered may have changed in the log. */
  forget(): void {
    for (const partition of this.#partitions.all()) partition.forget()
    this.#arrived(this.#partitions.topics())
  }

  /**
   * Records by what became of them: `delivered`, `repeats`, `gaps` (begun anew after one), `overflows`, `foreign` (of another
   * database's log: two installations share topics). Reads that found something in the log, of followed partitions: `refills`
   * of what nobody had delivered, `history` from before the run (a gap, or a reader that is behind the others). `overdue`
   * partitions; partitions by state, and `buffered` records. Of what readers were given, `handed` had been delivered and
   * `fetched` came from the log.
   */
  figures(): Readonly<Record<string, number>> {
    return { ...this.#counts, ...this.#partitions.figures() }
  }

  async #readLog(ranges: readonly LogRange[], limit: number): Promise<readonly LogRecord[]> {
    const eras = ranges.map((range) => this.#partitions.get(range)?.era)
    const ends = ranges.map((range) => this.#partitions.get(range)?.end)
    const records = await this.#options.log.read(ranges, limit)
    this.#counts.fetched += records.length
    const found = new Set(records.map(({ position }) => `${position.topic}/${position.part}`))
    for (const [i, range] of ranges.entries()) {
      const partition = this.#partitions.get(range)
      const era = eras[i]
      if (partition === undefined || era === undefined || partition.state === 'unsynced') continue
      if (found.has(`${range.topic}/${range.part}`)) this.#counts[range.from === ends[i] ? 'refills' : 'history'] += 1
      else partition.logEnded(range.from, era)
    }
    return records
  }

  #resumeIfDrained(partition: CarriedPartition): void {
    if (!partition.paused || partition.size > this.#options.buffer / 2) return
    partition.paused = false
    this.#flow.resume({ topic: partition.topic, part: partition.part })
  }

  #logArrived(topics: readonly string[]): void {
    const waiting = topics.filter((topic) => this.#partitions.some(topic, 'live'))
    if (waiting.length > 0) this.#onHint(waiting)
    const asking = topics.filter((topic) => !this.#partitions.areLive(topic))
    if (asking.length > 0) this.#arrived(asking)
  }

  #arrived(topics: readonly string[]): void {
    for (const listener of this.#listeners) listener(topics)
  }
}
