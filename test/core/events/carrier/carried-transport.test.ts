import { expect } from 'chai'
import fc from 'fast-check'
import type { LogRange } from '../../../../core/contracts/ports/event-transport.ts'
import { CarriedTransport } from '../../../../core/events/carrier/carried-transport.ts'
import { eventAt, MemoryLog } from './memory-log.ts'

const topic = 'test'
const parts = [0, 1]
const logId = 'this log'

/** A reader as the consumers are: reads when something arrived, goes on while something comes. */
class Reader {
  readonly next = [0, 0]
  awake = true
  readonly #transport: CarriedTransport

  constructor(transport: CarriedTransport) {
    this.#transport = transport
    transport.onArrival(() => {
      this.awake = true
    })
  }

  /** One read. Every record must be the one that stands there, and the next in its partition. */
  async round(limit = 3): Promise<void> {
    if (!this.awake) return
    this.awake = false
    const ranges = parts.map((part): LogRange => ({ topic, part, from: BigInt(this.next[part] ?? 0) }))
    const records = await this.#transport.read(ranges, limit)
    for (const record of records) {
      const { part, off } = record.position
      expect(Number(off)).to.equal(this.next[part])
      expect('event' in record && record.event).to.deep.equal(eventAt(topic, part, Number(off)))
      this.next[part] = Number(off) + 1
    }
    if (records.length > 0) this.awake = true
  }

  async drain(): Promise<void> {
    for (let rounds = 0; this.awake; rounds += 1) {
      if (rounds > 10_000) throw new Error('the reader does not come to rest')
      await this.round()
    }
  }
}

/** The log, the transport over it, and a broker whose every move is told. */
function stage(buffer = 4) {
  const log = new MemoryLog()
  const transport = new CarriedTransport({ log, buffer })
  const paused = new Set<number>()
  const hinted: string[] = []
  transport.attach(
    logId,
    { pause: ({ part }) => paused.add(part), resume: ({ part }) => paused.delete(part) },
    (topics) => hinted.push(...topics),
  )
  const partitions = parts.map((part) => ({ topic, part }))
  transport.set(partitions)
  const deliver = (part: number, from: number, to: number, log = logId) =>
    transport.records(
      { topic, part },
      Array.from({ length: Math.max(0, to - from) }, (_, i) => ({
        log,
        off: BigInt(from + i),
        event: eventAt(topic, part, from + i),
      })),
    )
  const live = () => {
    paused.clear()
    transport.live(partitions)
  }
  return { log, transport, paused, hinted, deliver, live, reader: new Reader(transport) }
}

describe('CarriedTransport', () => {
  it('reads the log until the delivery is live and a read that began after that found nothing more', async () => {
    const { log, transport, reader, deliver, live } = stage()
    log.append(topic, 0, 3)
    await reader.drain()
    expect(reader.next[0]).to.equal(3)
    live()
    reader.awake = true
    await reader.drain()
    expect(transport.figures().live).to.equal(2)
    const reads = log.reads
    log.append(topic, 0, 2)
    await reader.drain()
    expect(reader.next[0], 'not before it is delivered').to.equal(3)
    deliver(0, 3, 5)
    await reader.drain()
    expect(reader.next[0]).to.equal(5)
    expect(log.reads).to.equal(reads)
  })

  it('does not take an empty read for the end that began before the delivery was live', async () => {
    const { log, transport, reader, live } = stage()
    const reading = reader.round()
    live()
    log.append(topic, 0, 1)
    await reading
    expect(transport.figures().live).to.equal(0)
    await reader.drain()
    expect(reader.next[0]).to.equal(1)
  })

  it('drops repeats, and refills a gap from the log', async () => {
    const { log, transport, reader, deliver, live } = stage()
    live()
    await reader.drain()
    log.append(topic, 0, 6)
    deliver(0, 0, 2)
    deliver(0, 0, 2)
    deliver(0, 4, 6)
    await reader.drain()
    expect(reader.next[0]).to.equal(6)
    expect(transport.figures()).to.include({ repeats: 2, gaps: 1 })
  })

  it('goes back to the log when the delivery is lost, and on with it when it is live again', async () => {
    const { log, transport, reader, deliver, live } = stage()
    live()
    await reader.drain()
    transport.lost()
    log.append(topic, 0, 2)
    await reader.drain()
    expect(reader.next[0]).to.equal(2)
    live()
    log.append(topic, 0, 1)
    await reader.drain()
    log.append(topic, 0, 1)
    deliver(0, 2, 4)
    await reader.drain()
    expect(reader.next[0]).to.equal(4)
    expect(transport.figures()).to.include({ live: 2, repeats: 1 })
  })

  it('pauses a partition whose reader does not keep up, and resumes it once half is read', async () => {
    const { log, paused, reader, deliver, live } = stage(4)
    live()
    await reader.drain()
    log.append(topic, 0, 5)
    deliver(0, 0, 5)
    expect([...paused]).to.deep.equal([0])
    await reader.drain()
    expect([...paused]).to.deep.equal([])
    expect(reader.next[0]).to.equal(5)
  })

  it('holds no more than four buffers even of a delivery that does not heed the pause', async () => {
    const { log, transport, reader, deliver, live } = stage(4)
    live()
    await reader.drain()
    log.append(topic, 0, 100)
    deliver(0, 0, 100)
    expect(transport.figures().buffered).to.be.at.most(16)
    expect(transport.figures().overflows).to.be.greaterThan(0)
    await reader.drain()
    expect(reader.next[0]).to.equal(100)
  })

  it('takes nothing from another database’s log', async () => {
    const { log, transport, reader, deliver, live } = stage()
    live()
    await reader.drain()
    log.append(topic, 0, 1)
    deliver(0, 0, 1, 'another log')
    await reader.drain()
    expect(reader.next[0]).to.equal(0)
    expect(transport.figures().foreign).to.equal(1)
  })

  it('hints at arrivals that nobody reads, and believes an overdue partition again once the delivery is close behind', async () => {
    const { log, transport, reader, deliver, live, hinted } = stage()
    live()
    await reader.drain()
    log.append(topic, 0, 100)
    expect(hinted).to.deep.equal([topic])
    const behind = transport.waitingBehind([{ topic, part: 0, from: 100n }])
    expect(behind).to.have.length(1)
    transport.overdue(behind)
    await reader.drain()
    expect(reader.next[0]).to.equal(100)
    expect(transport.figures()).to.include({ overdue: 1, syncing: 1 })
    deliver(0, 0, 10)
    expect(transport.figures().live).to.equal(1)
    deliver(0, 10, 90)
    expect(transport.figures().live).to.equal(2)
  })

  it('remembers nothing of what may have been erased', async () => {
    const { log, transport, reader, deliver, live } = stage()
    live()
    await reader.drain()
    log.append(topic, 0, 2)
    deliver(0, 0, 2)
    transport.forget()
    expect(transport.figures().buffered).to.equal(0)
    await reader.drain()
    expect(reader.next[0]).to.equal(2)
  })

  it('gives every reader what the log holds, in order and without a gap, whatever the broker does', () =>
    fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 60 }), async (moves) => {
        const world = stage(3)
        const { log, transport, reader } = world
        const published = parts.map((): number[] => [])
        const place = parts.map(() => 0)
        for (const one of moves) await play(one, world, published, place)
        // Everything heals: the relay sends all, and what the follower still has before it is delivered.
        for (const part of parts) publish(published, part, log.head(topic, part), 0)
        for (const part of parts) deliverAll(world, published, place, part)
        await reader.drain()
        // What nobody delivered is overdue.
        const heads = parts.map((part) => ({ topic, part, from: BigInt(log.head(topic, part)) }))
        transport.overdue(transport.waitingBehind(heads))
        await reader.drain()
        expect(reader.next).to.deep.equal(parts.map((part) => log.head(topic, part)))
      }),
      { numRuns: 400 },
    ))

  it('lets nobody wait in vain for a broker that keeps its word', () =>
    fc.assert(
      fc.asyncProperty(fc.array(honestMove, { maxLength: 60 }), async (moves) => {
        const world = stage(3)
        const { log, reader } = world
        const published = parts.map((): number[] => [])
        const place = parts.map(() => 0)
        let isFollowed = false
        for (const one of moves) {
          if (one.kind === 'live' || one.kind === 'lost') isFollowed = one.kind === 'live'
          if (one.kind !== 'deliver' || isFollowed) await play(one, world, published, place)
        }
        for (const part of parts) {
          publish(published, part, log.head(topic, part), 0)
          if (isFollowed) deliverAll(world, published, place, part)
        }
        await reader.drain()
        expect(reader.next).to.deep.equal(parts.map((part) => log.head(topic, part)))
      }),
      { numRuns: 600 },
    ))
})

interface Counted {
  readonly kind: 'append' | 'publish' | 'deliver' | 'lose' | 'resend' | 'skip'
  readonly part: number
  readonly count: number
}
interface Plain {
  readonly kind: 'read' | 'live' | 'lost' | 'distrust' | 'forget' | 'race'
}
type Move = Counted | Plain

const counted = fc.record({
  kind: fc.constantFrom('append', 'append', 'publish', 'publish', 'deliver', 'deliver', 'lose', 'resend', 'skip'),
  part: fc.constantFrom(...parts),
  count: fc.integer({ min: 1, max: 6 }),
})
const plain = fc.record({ kind: fc.constantFrom('read', 'read', 'read', 'live', 'lost', 'distrust', 'forget', 'race') })
const move = fc.oneof({ weight: 3, arbitrary: counted }, { weight: 2, arbitrary: plain }) as fc.Arbitrary<Move>

/** Nothing published is lost, and nothing is passed over while it is followed. */
const honestMove = move.filter(({ kind }) => kind !== 'lose' && kind !== 'skip')

/** The relay sends on, after having gone back by `again`. */
function publish(published: number[][], part: number, until: number, again: number): void {
  const sent = published[part] ?? []
  const from = Math.max(0, Math.max(-1, ...sent) + 1 - again)
  for (let off = from; off < until; off += 1) sent.push(off)
}

function deliverAll(world: ReturnType<typeof stage>, published: number[][], place: number[], part: number): void {
  for (const off of published[part]?.slice(place[part]) ?? []) world.deliver(part, off, off + 1)
  place[part] = published[part]?.length ?? 0
}

async function play(one: Move, world: ReturnType<typeof stage>, published: number[][], place: number[]): Promise<void> {
  if ('part' in one) playOnPart(one, world, published, place)
  else await playOnAll(one.kind, world, published, place)
}

async function playOnAll(
  kind: Plain['kind'],
  { log, transport, reader, live }: ReturnType<typeof stage>,
  published: readonly number[][],
  place: number[],
): Promise<void> {
  if (kind === 'read') await reader.round()
  else if (kind === 'race') {
    const reading = reader.round()
    for (const part of parts) log.append(topic, part, 1)
    await reading
  } else if (kind === 'live') {
    for (const part of parts) place[part] = published[part]?.length ?? 0
    live()
  } else transport[kind]()
}

function playOnPart(
  { kind, part, count }: Counted,
  { log, deliver }: ReturnType<typeof stage>,
  published: number[][],
  place: number[],
): void {
  if (kind === 'append') log.append(topic, part, count)
  else if (kind === 'publish' || kind === 'resend') {
    const sent = Math.max(-1, ...(published[part] ?? [])) + 1
    publish(published, part, Math.min(log.head(topic, part), sent + count), kind === 'resend' ? count : 0)
  } else if (kind === 'lose') published[part]?.splice(-count)
  else {
    // Delivers some, or passes over some: a topic whose retention was shorter than the outage.
    const at = place[part] ?? 0
    const batch = published[part]?.slice(at, at + count) ?? []
    if (kind === 'deliver') for (const off of batch) deliver(part, off, off + 1)
    place[part] = at + batch.length
  }
}
