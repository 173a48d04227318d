import { expect } from 'chai'
import Joi from 'joi'
import { retryDelay } from '../../../core/events/backoff.ts'
import { KeyQueue } from '../../../core/events/consume/key-queue.ts'
import type { KeyedAttempt } from '../../../core/events/consume/keyed-transaction.ts'
import { Partition } from '../../../core/events/consume/partitions.ts'
import { judge } from '../../../core/events/consume/verdict.ts'
import { errorChain } from '../../../core/events/error-chain.ts'
import { EventRegistry, eventSettings } from '../../../core/events/index.ts'
import { FairQueue } from '../../../core/events/ingest/fair-queue.ts'
import { hashOf } from '../../../core/events/prepare-event.ts'
import { storableJson } from '../../../core/events/storable-text.ts'
import { ParleyError, UnavailableError } from '../../../core/plugin/errors.ts'
import { TestClock } from '../../../core/testing/test-clock.ts'
import { noted, range, tenantA, tenantB } from './kit.ts'

describe('retryDelay', () => {
  it('doubles from the base up to the cap, give or take a fifth', () => {
    const policy = { baseMs: 100, capMs: 1000 }
    expect([1, 2, 3, 4, 5, 60].map((failures) => retryDelay(policy, failures, () => 0.5))).to.deep.equal([
      100, 200, 400, 800, 1000, 1000,
    ])
    expect(retryDelay(policy, 1, () => 0)).to.equal(80)
    expect(retryDelay(policy, 1, () => 1)).to.equal(120)
  })
})

describe('FairQueue', () => {
  it('takes turns between owners and keeps each owner’s order', () => {
    const queue = new FairQueue<string>(100, 100)
    for (const n of range(0, 5)) queue.push('a', `a${n}`, 1)
    for (const n of range(0, 2)) queue.push('b', `b${n}`, 1)
    expect(queue.take(4)).to.deep.equal(['a0', 'b0', 'a1', 'b1'])
    expect(queue.take(10)).to.deep.equal(['a2', 'a3', 'a4'])
    expect(queue.take(10)).to.deep.equal([])
    expect(queue.weight).to.equal(0)
  })

  it('refuses what is over the limit of all, or of one owner, but never what comes to an empty queue', () => {
    const queue = new FairQueue<string>(10, 6)
    expect(queue.push('a', 'large', 50)).to.equal(undefined)
    expect(queue.push('b', 'x', 1)).to.equal('full')
    expect(queue.take(1)).to.deep.equal(['large'])
    expect(queue.push('a', 'x', 5)).to.equal(undefined)
    expect(queue.push('a', 'y', 2)).to.equal('owner-full')
    expect(queue.push('b', 'z', 5)).to.equal(undefined)
    expect(queue.push('c', 'w', 1)).to.equal('full')
  })
})

describe('KeyQueue', () => {
  const event = (tenantid: string, key: string, off: number) =>
    ({
      position: { topic: 't', part: 0, off: BigInt(off) },
      event: { tenantid, partitionkey: `${tenantid}/${key}` },
      attempt: 1,
      epoch: 0,
    }) as unknown as KeyedAttempt
  const offsets = (batch: { events: readonly KeyedAttempt[] } | undefined) =>
    batch?.events.map(({ position }) => Number(position.off))

  it('hands no key to two batches at once, tenants taking turns', () => {
    const queue = new KeyQueue()
    for (const off of range(0, 6)) queue.add(event(tenantA, `k${off % 2}`, off))
    queue.add(event(tenantB, 'k0', 6))
    const first = queue.take(1)
    expect(offsets(first)).to.deep.equal([0])
    expect(offsets(queue.take(10))).to.deep.equal([6])
    const third = queue.take(10)
    expect(offsets(third)).to.deep.equal([1, 3, 5])
    expect(queue.take(10)).to.equal(undefined)
    if (first !== undefined) queue.done(first)
    expect(offsets(queue.take(10))).to.deep.equal([2, 4])
    expect(queue.size).to.equal(0)
  })
})

describe('a partition', () => {
  it('moves its low over what is finished without a gap', () => {
    const partition = new Partition({ topic: 't', part: 0, low: 5n, epoch: 0, done: [7n] })
    expect(partition.isFinished(4n)).to.equal(true)
    expect(partition.isFinished(5n)).to.equal(false)
    partition.finish(6n)
    expect(partition.contiguous()).to.equal(5n)
    partition.finish(5n)
    expect(partition.contiguous()).to.equal(8n)
    partition.advance(8n)
    expect([partition.low, partition.next, partition.contiguous()]).to.deep.equal([8n, 8n, 8n])
  })
})

describe('the verdict on a failure', () => {
  const clock = new TestClock()
  const group = { retry: { max: 3, baseMs: 100, capMs: 100 }, onDead: 'skip' } as const

  it('counts a try, and gives up after the last', () => {
    const first = judge(group, clock, 1, new Error('no'))
    expect(first.kind === 'retry' && first.state.attempt).to.equal(1)
    expect(judge(group, clock, 3, new Error('no'))).to.deep.include({ kind: 'dead', attempts: 3, blocked: undefined })
    const blocked = judge({ ...group, onDead: 'block-key' }, clock, 3, new Error('no'))
    expect(blocked.kind === 'dead' && blocked.blocked?.blocked).to.equal(true)
  })

  it('counts none for an outage, nor for a delay that was asked for', () => {
    const outage = judge(group, clock, 3, new UnavailableError('vendor.down', 'later', { retryAfterSeconds: 7 }))
    expect(
      outage.kind === 'retry' && [outage.state.attempt, outage.state.nextAt.getTime() - clock.millis()],
    ).to.deep.equal([2, 7000])
    const asked = judge(group, clock, 3, new Error('no'), 50)
    expect(
      asked.kind === 'retry' && [asked.state.attempt, asked.state.nextAt.getTime() - clock.millis()],
    ).to.deep.equal([2, 50])
  })
})

describe('errorChain', () => {
  it('names causes by code, without statements, stacks and secrets', () => {
    const database = Object.assign(new Error('insert into "t" ("a") values ($1) - duplicate key value'), {
      severity: 'ERROR',
      code: '23505',
    })
    const outer = new ParleyError('send.failed', 'Authorization: Bearer abcdef123 was refused, secret="x9y8"', {
      cause: database,
    })
    expect(errorChain(outer)).to.deep.equal([
      { name: 'ParleyError', code: 'send.failed', message: 'Authorization: Bearer *** was refused, secret="***"' },
      { name: 'Error', code: '23505', message: 'duplicate key value' },
    ])
    expect(errorChain('text')).to.deep.equal([{ name: 'string', code: '', message: 'text' }])
    expect(errorChain(new Error(`key sk${'a1'.repeat(30)} leaked`))[0]?.message).to.equal('key *** leaked')
  })
})

describe('storableJson', () => {
  it('leaves alone what is fine, and mends what Postgres cannot hold, at any depth', () => {
    expect(storableJson({ a: 'ä😀', b: '\\u0000' })).to.equal(JSON.stringify({ a: 'ä😀', b: '\\u0000' }))
    expect(JSON.parse(storableJson({ list: [{ text: 'a\0b\uDC00' }], 'k\0': 1 }))).to.deep.equal({
      list: [{ text: 'a\uFFFDb\uFFFD' }],
      'k\uFFFD': 1,
    })
  })
})

describe('the event registry', () => {
  it('takes the same type from several plugins and lists topics once', () => {
    const registry = new EventRegistry()
    registry.register([noted, noted])
    registry.register([
      { ...noted, schema: Joi.object({ n: Joi.number().integer().required(), text: Joi.string().allow('') }) },
    ])
    expect(registry.topics()).to.deep.equal(['test'])
    expect(registry.get(noted.type)).to.equal(noted)
  })
})

describe('partition hashes', () => {
  it('never change: a key’s events must stay in one partition for good', () => {
    expect(hashOf(`${tenantA}/k`)).to.equal(hashOf(`${tenantA}/k`))
    expect(hashOf('a')).to.equal(0x86f7e437)
    const parts = new Set(range(0, 1000).map((n) => hashOf(`key-${n}`) % 32))
    expect(parts.size).to.equal(32)
  })
})

describe('the settings', () => {
  it('have a default for everything and name what is wrong', () => {
    expect(eventSettings()).to.have.property('partitions', 32)
    expect(eventSettings({ retry: { max: 2 } }).retry).to.deep.equal({ max: 2, baseMs: 500, capMs: 300_000 })
    expect(() => eventSettings({ read: { pollMs: 0 } })).to.throw(/read\.pollMs/)
  })
})
