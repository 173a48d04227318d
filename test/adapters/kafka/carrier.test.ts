import { expect } from 'chai'
import type { KafkaCarrier } from '../../../adapters/kafka/kafka-carrier.ts'
import { range, until } from '../../core/events/kit.ts'
import { newPrefix } from '../../kafka/prefix.ts'
import { findKafka, KAFKA_START_MS } from '../../kafka/shared-kafka.ts'
import { describeWith } from '../../real-parts.ts'
import { carrier, outgoing, Told } from './kit.ts'

const topic = 'test'
const parts = (...numbers: number[]) => numbers.map((part) => ({ topic, part }))

describeWith('Kafka', findKafka(), 'adapters/kafka, carrying', (kafka) => {
  let brokers: string
  let prefix: string
  const open: KafkaCarrier[] = []

  before(async function () {
    this.timeout(KAFKA_START_MS)
    brokers = await kafka.brokers()
  })
  beforeEach(() => {
    prefix = newPrefix()
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.stop()))
  })

  function connect(given: object = {}): KafkaCarrier {
    const made = carrier(brokers, prefix, given)
    open.push(made)
    return made
  }

  async function withTopic(given: object = {}): Promise<KafkaCarrier> {
    const made = connect(given)
    await made.ensureTopics([{ topic, partitions: 4 }])
    return made
  }

  it('makes topics that are missing, once, whoever else does so at the same time', async () => {
    const two = [connect(), connect()]
    const wanted = [
      { topic: 'a', partitions: 3 },
      { topic: 'b', partitions: 2 },
    ]
    await Promise.all(two.map((one) => one.ensureTopics(wanted)))
    await two[0]?.ensureTopics(wanted)
    const refused = await two[1]?.ensureTopics([{ topic: 'a', partitions: 4 }]).catch((error) => error)
    expect(refused).to.include({ code: 'kafka.partitions' })
  })

  it('delivers what is published after it said that a partition is live, and nothing from before', async () => {
    const one = await withTopic()
    await one.publish([outgoing(topic, 0, 0), outgoing(topic, 1, 0)])
    const told = new Told()
    const follower = one.follow(told)
    follower.set(parts(0, 1))
    await until(() => told.live_.size === 2)
    await one.publish([
      ...range(1, 50).map((off) => outgoing(topic, 0, off)),
      outgoing(topic, 1, 1),
      outgoing(topic, 2, 0),
    ])
    await until(() => told.offsets(0).length === 49 && told.offsets(1).length === 1)
    expect(told.offsets(0)).to.deep.equal(range(1, 50))
    expect(told.offsets(2), 'not followed').to.deep.equal([])
    const [first] = told.got.get(0) ?? []
    const { event } = outgoing(topic, 0, 1)
    expect(first).to.deep.equal({ log: 'log', off: 1n, event: { ...event, data: { n: 1, text: 'grüße 🎉' } } })
    await follower.stop()
  })

  it('carries more than the broker takes in one request', async () => {
    const one = await withTopic({ requestBytes: 3 * 1024 * 1024 })
    const told = new Told()
    const follower = one.follow(told)
    follower.set(parts(0, 1))
    await until(() => told.live_.size === 2)
    const large = JSON.stringify({ text: 'x'.repeat(200_000) })
    const records = range(0, 40).map((n) => {
      const record = outgoing(topic, n % 2, Math.floor(n / 2))
      return { ...record, event: { ...record.event, data: large } }
    })
    await one.publish(records)
    await until(() => told.offsets(0).length + told.offsets(1).length === 40)
    expect(told.offsets(0)).to.deep.equal(range(0, 20))
    expect(one.figures()).to.include({ refused: 0 })
    await follower.stop()
  })

  it('follows other partitions when it is told to, each from its end at that moment', async () => {
    const one = await withTopic()
    const told = new Told()
    const follower = one.follow(told)
    follower.set(parts(0))
    await until(() => told.live_.has(0))
    await one.publish([outgoing(topic, 1, 0)])
    follower.set(parts(1))
    await until(() => told.live_.has(1))
    await one.publish([outgoing(topic, 0, 0), outgoing(topic, 1, 1)])
    await until(() => told.offsets(1).length === 1)
    expect(told.offsets(1)).to.deep.equal([1])
    expect(told.offsets(0)).to.deep.equal([])
    told.live_.clear()
    follower.set(parts(0, 1))
    await until(() => told.live_.has(0))
    await one.publish([outgoing(topic, 0, 1)])
    await until(() => told.offsets(0).length === 1)
    expect(told.offsets(0)).to.deep.equal([1])
    await follower.stop()
  })

  it('goes on where it was after a pause, and follows topics that come later', async () => {
    const one = await withTopic()
    await one.ensureTopics([{ topic: 'later', partitions: 1 }])
    const told = new Told()
    const follower = one.follow(told)
    follower.set(parts(0))
    await until(() => told.live_.has(0))
    follower.pause({ topic, part: 0 })
    await one.publish(range(0, 20).map((off) => outgoing(topic, 0, off)))
    follower.resume({ topic, part: 0 })
    await until(() => told.offsets(0).length === 20)
    follower.set([...parts(0), { topic: 'later', part: 0 }])
    await until(() => told.losses === 1 && told.live_.size > 0)
    await follower.stop()
  })

  it('leaves no group behind', async () => {
    const one = await withTopic()
    const told = new Told()
    const follower = one.follow(told)
    follower.set(parts(0))
    await until(() => told.live_.has(0))
    await follower.stop()
    expect(told.losses).to.equal(1)
    expect(one.figures()).to.include({ joined: 0, restarts: 0 })
  })

  it('keeps quiet about records that are no events of ours, and counts them', async () => {
    const one = await withTopic()
    const told = new Told()
    const follower = one.follow(told)
    follower.set(parts(0))
    await until(() => told.live_.has(0))
    const { Kafka, logLevel } = await import('kafkajs')
    const producer = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).producer()
    await producer.connect()
    await producer.send({
      topic: `${prefix}${topic}`,
      messages: [{ partition: 0, value: 'not JSON', headers: { ce_id: '1' } }],
    })
    await producer.disconnect()
    await one.publish([outgoing(topic, 0, 7)])
    await until(() => told.offsets(0).length === 1)
    expect(told.offsets(0)).to.deep.equal([7])
    expect(one.figures().undecodable).to.equal(1)
    await follower.stop()
  })

  it('is healthy while it follows and what it sends is taken', async () => {
    const one = await withTopic()
    const told = new Told()
    const follower = one.follow(told)
    follower.set(parts(0))
    expect(one.health().ok).to.equal(false)
    await until(() => told.live_.has(0))
    expect(one.health()).to.deep.equal({ ok: true })
    await follower.stop()
    const nowhere = carrier('127.0.0.1:1', prefix, { sendMs: 500, connectMs: 200 })
    open.push(nowhere)
    const refused = await nowhere.publish([outgoing(topic, 0, 0)]).catch((error) => error)
    expect(refused).to.be.instanceOf(Error)
    expect(nowhere.health().detail).to.match(/last send failed/)
  })
})
