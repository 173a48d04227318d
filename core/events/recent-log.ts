import type { EventTransport, LogRange, LogRecord } from '../contracts/ports/event-transport.ts'

export interface RecentLogOptions {
  readonly source: EventTransport
  /** Most records remembered of one partition. */
  readonly keep: number
  /** Most records of one read for everybody. */
  readonly window: number
}

/** The newest records of one partition without a gap: `records[i]` stands at `start + i`. */
interface Recent {
  readonly topic: string
  readonly part: number
  start: bigint
  records: LogRecord[]
}

/**
 * Reads each new event once for all groups of this process. Every group wants every new event of its topics, and a read
 * costs a round trip and the parsing of each row; so whoever comes first reads for all, and the others are served from
 * memory. A group that is further behind than what is remembered reads for itself.
 *
 * A topic is *fresh* from the start of a read that found nothing until the next arrival: in between, whoever has seen all
 * that is remembered has seen all there is. An arrival during a read makes the topic stale again, and its readers are woken after that.
 */
export class RecentLog implements EventTransport {
  readonly #options: RecentLogOptions
  readonly #recent = new Map<string, Recent>()
  readonly #fresh = new Set<string>()
  readonly #stopListening: () => void
  #reading: Promise<void> | undefined

  constructor(options: RecentLogOptions) {
    this.#options = options
    this.#stopListening = options.source.onArrival((topics) => {
      for (const topic of topics) this.#fresh.delete(topic)
    })
  }

  onArrival(listener: (topics: readonly string[]) => void): () => void {
    return this.#options.source.onArrival(listener)
  }

  /** Nothing, only when all that is remembered was seen and the topics are fresh; or nobody here reads them any more. */
  async read(ranges: readonly LogRange[], limit: number): Promise<readonly LogRecord[]> {
    let asked = ranges
    for (;;) {
      const found = await this.#find(asked, limit)
      if (found.length > 0 || !(await this.#refresh(asked))) return found
      // What went to another process meanwhile must not be begun anew: it would be read on for nobody.
      asked = asked.filter((range) => this.#recent.has(nameOf(range)))
    }
  }

  async #find(ranges: readonly LogRange[], limit: number): Promise<readonly LogRecord[]> {
    const behind = ranges.filter((range) => !this.#covers(range))
    const own = behind.length === 0 ? [] : await this.#options.source.read(behind, limit)
    const known = own.length < limit ? this.#take(ranges, limit - own.length) : []
    return [...own, ...known]
  }

  /** Of partitions that went to another process nothing is remembered, and nothing more is read until somebody asks again. */
  keep(partitions: readonly { readonly topic: string; readonly part: number }[]): void {
    const kept = new Set(partitions.map(nameOf))
    for (const name of this.#recent.keys()) if (!kept.has(name)) this.#recent.delete(name)
  }

  /** Listens no more to its source. */
  close(): void {
    this.#stopListening()
  }

  /** What is remembered may have changed in the log: an erasure. */
  forget(): void {
    this.#recent.clear()
    this.#fresh.clear()
  }

  /** True when the range begins within what is remembered; a partition that nobody read yet begins here. */
  #covers(range: LogRange): boolean {
    const recent = this.#recent.get(nameOf(range))
    if (recent === undefined || range.from > endOf(recent)) {
      this.#recent.set(nameOf(range), { topic: range.topic, part: range.part, start: range.from, records: [] })
      this.#fresh.delete(range.topic)
      return true
    }
    return range.from >= recent.start
  }

  /** The limit is shared by the partitions that have something, as in the log itself. */
  #take(ranges: readonly LogRange[], limit: number): LogRecord[] {
    const waiting: { from: number; records: readonly LogRecord[] }[] = []
    for (const range of ranges) {
      const recent = this.#recent.get(nameOf(range))
      if (recent === undefined || range.from < recent.start || range.from >= endOf(recent)) continue
      waiting.push({ from: Number(range.from - recent.start), records: recent.records })
    }
    const share = Math.ceil(limit / Math.max(1, waiting.length))
    return waiting.flatMap(({ from, records }) => records.slice(from, from + share))
  }

  /**
   * One read at a time; who comes meanwhile waits for it, and looks again.
   *
   * @returns false when there was no need to
   */
  async #refresh(ranges: readonly LogRange[]): Promise<boolean> {
    if (this.#reading !== undefined) {
      await this.#reading
      return true
    }
    const stale = new Set(ranges.map((range) => range.topic).filter((topic) => !this.#fresh.has(topic)))
    if (stale.size === 0) return false
    this.#reading = this.#readOn(stale).finally(() => {
      this.#reading = undefined
    })
    await this.#reading
    return true
  }

  async #readOn(topics: ReadonlySet<string>): Promise<void> {
    const { source, window } = this.#options
    for (const topic of topics) this.#fresh.add(topic)
    const wanted = [...this.#recent.values()].filter((recent) => topics.has(recent.topic))
    try {
      const records = await source.read(
        wanted.map((recent) => ({ topic: recent.topic, part: recent.part, from: endOf(recent) })),
        window,
      )
      // Only an empty answer says that there is no more.
      if (records.length > 0) for (const topic of topics) this.#fresh.delete(topic)
      for (const record of records) this.#remember(record)
    } catch (error) {
      for (const topic of topics) this.#fresh.delete(topic)
      throw error
    }
    for (const recent of wanted) this.#trim(recent)
  }

  #remember(record: LogRecord): void {
    const recent = this.#recent.get(nameOf(record.position))
    // Forgotten in the meantime, or begun elsewhere: whoever needs it reads it from there.
    if (recent === undefined) return
    const end = endOf(recent)
    if (record.position.off === end) recent.records.push(record)
    else if (record.position.off > end) {
      // A dropped segment leaves a gap; memory begins after it.
      recent.start = record.position.off
      recent.records = [record]
    }
  }

  #trim(recent: Recent): void {
    const excess = recent.records.length - this.#options.keep
    if (excess < this.#options.keep / 2) return
    recent.records.splice(0, excess)
    recent.start += BigInt(excess)
  }
}

function endOf(recent: Recent): bigint {
  return recent.start + BigInt(recent.records.length)
}

function nameOf({ topic, part }: { topic: string; part: number }): string {
  return `${topic}/${part}`
}
