import { expect } from 'chai'
import type { EventTransport, LogRange, LogRecord } from '../../../core/contracts/ports/event-transport.ts'
import { RecentLog } from '../../../core/events/recent-log.ts'

/** A log in memory that counts how often it is read. */
class CountedLog implements EventTransport {
  reads = 0
  readonly #parts = new Map<string, LogRecord[]>()
  readonly #listeners = new Set<(topics: readonly string[]) => void>()

  append(topic: string, part: number, count: number): void {
    const records = this.#parts.get(`${topic}/${part}`) ?? []
    this.#parts.set(`${topic}/${part}`, records)
    for (let i = 0; i < count; i += 1) {
      const position = { topic, part, off: BigInt(records.length) }
      records.push({ position, undecodable: { reason: 'a test', raw: `${topic}/${part}/${records.length}` } })
    }
    for (const listener of this.#listeners) listener([topic])
  }

  async read(ranges: readonly LogRange[], limit: number): Promise<readonly LogRecord[]> {
    this.reads += 1
    return ranges.flatMap(({ topic, part, from }) =>
      (this.#parts.get(`${topic}/${part}`) ?? []).slice(Number(from), Number(from) + limit),
    )
  }

  onArrival(listener: (topics: readonly string[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

const at = (part: number, from: number, topic = 'inbox'): LogRange => ({ topic, part, from: BigInt(from) })
const offsets = (records: readonly LogRecord[]) => records.map(({ position }) => `${position.part}:${position.off}`)

function recentLog(keep = 8): { log: CountedLog; recent: RecentLog } {
  const log = new CountedLog()
  return { log, recent: new RecentLog({ source: log, keep, window: 100 }) }
}

describe('RecentLog', () => {
  it('reads new events once for all who ask', async () => {
    const { log, recent } = recentLog()
    log.append('inbox', 0, 2)
    log.append('inbox', 1, 1)
    const answers = await Promise.all([1, 2, 3].map(() => recent.read([at(0, 0), at(1, 0)], 10)))
    for (const answer of answers) expect(offsets(answer)).to.deep.equal(['0:0', '0:1', '1:0'])
    expect(log.reads).to.equal(1)
  })

  it('asks the log again only after something arrived', async () => {
    const { log, recent } = recentLog()
    log.append('inbox', 0, 1)
    await recent.read([at(0, 0)], 10)
    expect(await recent.read([at(0, 1)], 10)).to.deep.equal([])
    expect(await recent.read([at(0, 1)], 10)).to.deep.equal([])
    const quiet = log.reads
    log.append('inbox', 0, 1)
    expect(offsets(await recent.read([at(0, 1)], 10))).to.deep.equal(['0:1'])
    expect(log.reads - quiet).to.equal(1)
  })

  it('goes on reading a partition that gave its whole share of a read', async () => {
    const { log, recent } = recentLog(1000)
    log.append('inbox', 0, 250)
    log.append('inbox', 1, 1)
    let next = 0
    for (let round = 0; round < 10; round += 1) {
      const records = await recent.read([at(0, next), at(1, 1)], 500)
      next += records.length
    }
    expect(next).to.equal(250)
  })

  it('finds an event that was committed while a read was under way', async () => {
    const { log, recent } = recentLog()
    log.append('inbox', 0, 1)
    const reading = recent.read([at(0, 0)], 10)
    log.append('inbox', 0, 1)
    await reading
    expect(offsets(await recent.read([at(0, 1)], 10))).to.deep.equal(['0:1'])
  })

  it('lets a group that is far behind read for itself, without a gap', async () => {
    const { log, recent } = recentLog(4)
    log.append('inbox', 0, 20)
    await recent.read([at(0, 0)], 100)
    log.append('inbox', 0, 1)
    await recent.read([at(0, 20)], 100)
    expect(offsets(await recent.read([at(0, 2)], 3))).to.deep.equal(['0:2', '0:3', '0:4'])
    expect(offsets(await recent.read([at(0, 19)], 100))).to.deep.equal(['0:19', '0:20'])
  })

  it('shares the limit between the partitions that have something', async () => {
    const { log, recent } = recentLog(100)
    log.append('inbox', 0, 50)
    log.append('inbox', 1, 50)
    const records = await recent.read([at(0, 0), at(1, 0)], 10)
    expect(records.filter(({ position }) => position.part === 0)).to.have.length(5)
    expect(records.filter(({ position }) => position.part === 1)).to.have.length(5)
  })

  it('serves readers at random places exactly what the log holds there', async () => {
    const { log, recent } = recentLog(6)
    const readers = [0, 0, 0].map(() => [0, 0])
    for (let step = 0; step < 400; step += 1) {
      const part = step % 2
      if (step % 3 === 0) log.append('inbox', part, 1 + (step % 5))
      const reader = readers[(step * 7) % 3] ?? []
      const ranges = reader.map((from, index) => at(index, from))
      for (const { position } of await recent.read(ranges, 1 + (step % 9))) {
        expect(position.off).to.equal(BigInt(reader[position.part] ?? -1))
        reader[position.part] = Number(position.off) + 1
      }
    }
    for (const reader of readers) expect(Math.min(...reader)).to.be.greaterThan(50)
  })

  it('remembers nothing of what may have been erased', async () => {
    const { log, recent } = recentLog()
    log.append('inbox', 0, 1)
    await recent.read([at(0, 0)], 10)
    recent.forget()
    expect(offsets(await recent.read([at(0, 0)], 10))).to.deep.equal(['0:0'])
    expect(log.reads).to.equal(2)
  })

  it('does not take a group that is behind for one that has seen everything, when one that is ahead comes meanwhile', async () => {
    const { log, recent } = recentLog()
    log.append('inbox', 0, 20)
    const [behind, ahead] = await Promise.all([recent.read([at(0, 5)], 100), recent.read([at(0, 20)], 100)])
    expect(offsets(behind)[0]).to.equal('0:5')
    expect(ahead).to.deep.equal([])
  })

  it('does not read on in partitions that went to another process while somebody was reading them', async () => {
    const { log, recent } = recentLog()
    log.append('inbox', 0, 1)
    await recent.read([at(0, 0)], 10)
    log.append('inbox', 0, 0)
    const reading = recent.read([at(0, 1), at(1, 0)], 10)
    recent.keep([{ topic: 'inbox', part: 0 }])
    expect(await reading).to.deep.equal([])
    const asked: string[] = []
    const read = log.read.bind(log)
    log.read = (ranges, limit) => {
      asked.push(...ranges.map(({ part }) => `${part}`))
      return read(ranges, limit)
    }
    log.append('inbox', 0, 1)
    expect(offsets(await recent.read([at(0, 1)], 10))).to.deep.equal(['0:1'])
    expect(asked).to.deep.equal(['0'])
  })

  it('reads on when one partition had more than its share of a read', async () => {
    const log = new CountedLog()
    const shared: EventTransport = {
      onArrival: (listener) => log.onArrival(listener),
      read: (ranges, limit) => log.read(ranges, Math.ceil(limit / ranges.length)),
    }
    const recent = new RecentLog({ source: shared, keep: 100, window: 8 })
    log.append('inbox', 0, 20)
    for (const part of [1, 2, 3]) log.append('inbox', part, 1)
    const seen: string[] = []
    let next = 0
    for (;;) {
      const records = await recent.read([at(0, next), at(1, 1), at(2, 1), at(3, 1)], 100)
      if (records.length === 0) break
      seen.push(...offsets(records))
      next = seen.length
    }
    expect(seen).to.have.length(20)
  })
})
