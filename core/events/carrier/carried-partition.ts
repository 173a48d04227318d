import type { LogRecord } from '../../contracts/ports/event-transport.ts'

/** What became of a delivered record. */
export type Taken = 'kept' | 'repeat' | 'gap' | 'overflow'

/**
 * How few records behind its reader a delivery counts as caught up. Under load the reader is always a few ahead, as the
 * log has what the broker gets a moment later; to wait for the one instant at which they meet is to read everything twice.
 */
const CLOSE_BEHIND = 64n

export type CarriedState = 'unsynced' | 'syncing' | 'live'

/**
 * One partition as it comes over a carrier. What was delivered is kept as a *run*: the offsets `start … end - 1` without a
 * gap. Whoever reads from within the run is served from it, everybody else from the log. So nothing can be lost, doubled
 * or reordered whatever the carrier does: offsets alone decide. The state only says who may *wait* at the end of the run
 * instead of asking the log:
 *
 *   unsynced ──the follower is live──▶ syncing ──a reader has met the delivery──▶ live
 *      ▲                                  ▲                                        │
 *      │                                  └───────── the log is ahead: overdue ────┤
 *      └──────────── connection lost, rejoined, given up ─────────────────────────┘
 *
 * - *unsynced*: nobody delivers; every read goes to the log.
 * - *syncing*: what is published from now on is delivered, but something may stand between the reader and that. Two things
 *   prove that nothing does: the delivery is at the reader's place, or close behind it (what follows is delivered in order,
 *   the reader's next record among it), or a read of the log that began after the follower was live found nothing (what is
 *   not in the log by then is published later, hence delivered).
 * - *live*: at the end of the run there is nothing to be had from the log.
 *
 * A repeat (`off < end`) is dropped. A gap (`off > end`) begins the run anew after it: readers before the gap go to the log
 * until they meet the new run. A partition that was overdue is believed again only once the delivery has caught up with
 * the reader: an empty log says nothing about a carrier that is late.
 */
export class CarriedPartition {
  readonly topic: string
  readonly part: number
  /** Delivery was asked to stop for this partition, as its run is full. */
  paused = false
  #start = 0n
  #records: LogRecord[] = []
  #known = false
  #followed = false
  #trusted = false
  #late = false
  #era = 0

  constructor(topic: string, part: number) {
    this.topic = topic
    this.part = part
  }

  get state(): CarriedState {
    if (this.#trusted) return 'live'
    return this.#followed ? 'syncing' : 'unsynced'
  }

  get size(): number {
    return this.#records.length
  }

  /** The first offset that has not come; `undefined` before anything is known. */
  get end(): bigint | undefined {
    return this.#known ? this.#start + BigInt(this.#records.length) : undefined
  }

  /** Changes with the follower: a read of the log proves something only within one era. */
  get era(): number {
    return this.#era
  }

  /** The follower has a place in this partition. */
  follow(): void {
    this.#era += 1
    this.#followed = true
    this.#trusted = false
    this.#late = false
    this.paused = false
  }

  /** The follower has lost its place. The run stays: it is still what the log holds. */
  lose(): void {
    this.#era += 1
    this.#followed = false
    this.#trusted = false
    this.paused = false
  }

  /** The carrier is late, or known to be away. */
  distrust(): void {
    this.#trusted = false
    this.#late = true
  }

  /** What was delivered may have changed in the log since: an erasure. */
  forget(): void {
    this.#era += 1
    this.#known = false
    this.#records = []
    this.#trusted = false
  }

  /** A delivery. More than `most` are not kept: then the run is given up, and the log has it. */
  take(off: bigint, record: LogRecord, most: number): Taken {
    const { end } = this
    if (end !== undefined && off < end) {
      if (end - off <= CLOSE_BEHIND) this.#caughtUp()
      return 'repeat'
    }
    const fits = end === undefined || off === end
    if (fits && this.#records.length >= most) {
      this.forget()
      return 'overflow'
    }
    if (end === undefined || off > end) this.#begin(off)
    this.#records.push(record)
    this.#caughtUp()
    return fits ? 'kept' : 'gap'
  }

  /**
   * At most `most` records at and after `from`, none when there is nothing to wait for but the delivery; `undefined`: read
   * the log. Nobody asks again for what is before `from`, but for those who are far behind.
   */
  read(from: bigint, most: number): readonly LogRecord[] | undefined {
    const { end } = this
    if (end === undefined || from > end) this.#moveTo(from)
    else if (from < this.#start) return undefined
    else this.#release(from)
    if (this.#records.length > 0) return this.#records.slice(0, most)
    return this.#trusted ? [] : undefined
  }

  /** A read of the log from `from`, begun in `era`, found nothing. */
  logEnded(from: bigint, era: number): void {
    if (era !== this.#era || !this.#followed || this.#late || from !== this.end) return
    this.#trusted = true
  }

  /** A reader ahead of the delivery: what comes before that is a repeat. */
  #moveTo(from: bigint): void {
    this.#begin(from)
    this.#trusted = false
  }

  #begin(start: bigint): void {
    this.#known = true
    this.#start = start
    this.#records = []
  }

  #release(from: bigint): void {
    if (from === this.#start) return
    this.#records.splice(0, Number(from - this.#start))
    this.#start = from
  }

  /** All that comes after the last record of the run is going to be delivered. */
  #caughtUp(): void {
    this.#late = false
    this.#trusted = this.#followed
  }
}
