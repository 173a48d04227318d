import { expect } from 'chai'
import type { Kafka } from 'kafkajs'
import { Follower } from '../../../adapters/kafka/follower.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { until } from '../../core/events/kit.ts'
import { settings, Told } from './kit.ts'

type Listener = (event: { readonly payload: object }) => void
type Offsets = { partition: number; high: string }[]

/** A cluster as a kafkajs client shows it, one life of a consumer after the other. */
class Cluster {
  readonly lives: Life[] = []
  /** What the broker answers when it is asked for the ends of a topic. */
  ends: () => Promise<Offsets> = async () => [
    { partition: 0, high: '7' },
    { partition: 1, high: '9' },
  ]

  client(): Kafka {
    const admin = () => ({
      connect: async () => {},
      disconnect: async () => {},
      deleteGroups: async () => [],
      fetchTopicOffsets: () => this.ends(),
    })
    const consumer = () => {
      const life = new Life()
      this.lives.push(life)
      return life
    }
    return { admin, consumer } as unknown as Kafka
  }

  get last(): Life {
    const life = this.lives.at(-1)
    if (life === undefined) throw new Error('no consumer was made')
    return life
  }
}

class Life {
  readonly events = { FETCH: 'f', HEARTBEAT: 'h', GROUP_JOIN: 'j', CRASH: 'c', DISCONNECT: 'd' }
  readonly calls: string[] = []
  topics: readonly string[] = []
  readonly #listeners = new Map<string, Listener>()
  on(event: string, listener: Listener): void {
    this.#listeners.set(event, listener)
  }
  emit(event: string, payload: object = {}): void {
    this.#listeners.get(event)?.({ payload })
  }
  join(): void {
    this.emit('j', { memberAssignment: Object.fromEntries(this.topics.map((topic) => [topic, [0, 1]])) })
  }
  async connect(): Promise<void> {}
  async disconnect(): Promise<void> {
    this.calls.push('disconnect')
  }
  async subscribe({ topics }: { topics: readonly string[] }): Promise<void> {
    this.topics = topics
  }
  async run(): Promise<void> {
    this.join()
  }
  pause(list: { topic: string; partitions: number[] }[]): void {
    for (const { partitions } of list) this.calls.push(`pause ${partitions}`)
  }
  resume(list: { topic: string; partitions: number[] }[]): void {
    for (const { partitions } of list) this.calls.push(`resume ${partitions}`)
  }
  seek({ partition, offset }: { partition: number; offset: string }): void {
    this.calls.push(`seek ${partition} ${offset}`)
  }
}

const topic = 'test'
const parts = (...numbers: number[]) => numbers.map((part) => ({ topic, part }))
const quick = { topicPrefix: 'p.', sessionMs: 100, heartbeatMs: 20, restartBaseMs: 10, restartCapMs: 20 }

describe('adapters/kafka, following', () => {
  let cluster: Cluster
  let told: Told
  let follower: Follower
  beforeEach(() => {
    cluster = new Cluster()
    told = new Told()
    const parts = { client: async () => cluster.client(), settings: settings('x:1', quick), log: silentLogger }
    follower = new Follower(parts, told)
  })
  afterEach(() => follower.stop())

  it('pauses everything when it joins, and begins each wanted partition at its end', async () => {
    follower.set(parts(1))
    await until(() => told.live_.has(1))
    expect(cluster.last.topics).to.deep.equal(['p.test'])
    expect(cluster.last.calls).to.deep.equal(['pause 0,1', 'seek 1 9', 'resume 1'])
    follower.set(parts(0))
    await until(() => told.live_.has(0))
    expect(cluster.last.calls.slice(3)).to.deep.equal(['pause 1', 'seek 0 7', 'resume 0'])
  })

  it('pauses and resumes only what it follows', async () => {
    follower.set(parts(1))
    await until(() => told.live_.has(1))
    follower.pause({ topic, part: 0 })
    follower.pause({ topic, part: 1 })
    follower.resume({ topic, part: 0 })
    follower.resume({ topic, part: 1 })
    expect(cluster.last.calls.slice(3)).to.deep.equal(['pause 1', 'resume 1'])
  })

  it('places everything anew after a rebalance', async () => {
    follower.set(parts(0, 1))
    await until(() => told.live_.size === 2)
    const before = cluster.last.calls.length
    cluster.last.join()
    expect(told.losses).to.equal(1)
    await until(() => told.live_.size === 2)
    expect(cluster.last.calls.slice(before)).to.deep.equal(['pause 0,1', 'seek 0 7', 'seek 1 9', 'resume 0,1'])
    expect(follower.counts.rejoins).to.equal(1)
  })

  it('is not live in a partition whose end it asked for before the rebalance', async () => {
    const asked: ((ends: Offsets) => void)[] = []
    cluster.ends = () => new Promise((resolve) => asked.push(resolve))
    follower.set(parts(0))
    await until(() => asked.length === 1)
    cluster.last.join()
    await until(() => asked.length === 2)
    asked[0]?.([{ partition: 0, high: '1' }])
    await new Promise(setImmediate)
    expect(told.live_.size).to.equal(0)
    asked[1]?.([{ partition: 0, high: '2' }])
    await until(() => told.live_.has(0))
    expect(cluster.last.calls.filter((call) => call.startsWith('seek'))).to.deep.equal(['seek 0 2'])
  })

  it('begins a new life after a crash, a lost connection, and ends that cannot be had', async () => {
    follower.set(parts(0))
    await until(() => told.live_.has(0))
    cluster.last.emit('c', { error: new Error('crashed') })
    await until(() => cluster.lives.length === 2 && told.live_.has(0))
    cluster.last.emit('d')
    await until(() => cluster.lives.length === 3 && told.live_.has(0))
    const ends = cluster.ends
    cluster.ends = () => Promise.reject(new Error('not now'))
    cluster.last.join()
    await until(() => cluster.lives.length >= 4)
    cluster.ends = ends
    await until(() => told.live_.has(0))
    expect(follower.counts.restarts).to.be.at.least(3)
    expect(cluster.lives[0]?.calls.at(-1)).to.equal('disconnect')
  })

  it('begins a new life when it has heard nothing for three sessions', async () => {
    follower.set(parts(0))
    await until(() => told.live_.has(0))
    const first = cluster.last
    const beat = setInterval(() => first.emit('h'), 20)
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(cluster.lives).to.have.length(1)
    clearInterval(beat)
    await until(() => cluster.lives.length === 2)
    expect(told.losses).to.equal(1)
    expect(follower.counts.restarts).to.equal(1)
  })

  it('subscribes anew for a topic that is added, at once and without calling it a restart', async () => {
    follower.set(parts(0))
    await until(() => told.live_.has(0))
    follower.set([...parts(0), { topic: 'other', part: 1 }])
    await until(() => cluster.lives.length === 2)
    await until(() => cluster.last.topics.length === 2)
    expect(follower.counts.restarts).to.equal(0)
  })
})
