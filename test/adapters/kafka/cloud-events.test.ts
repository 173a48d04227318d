import { expect } from 'chai'
import { CloudEvent, Kafka as KafkaBinding, type KafkaMessage } from 'cloudevents'
import fc from 'fast-check'
import { fromMessage, toMessage } from '../../../adapters/kafka/cloud-event.ts'
import { newPrefix } from '../../kafka/prefix.ts'
import { findKafka, KAFKA_START_MS } from '../../kafka/shared-kafka.ts'
import { describeWith } from '../../real-parts.ts'
import { carrier, outgoing, tenant } from './kit.ts'

/** As kafkajs hands it over: buffers. */
function received(record: ReturnType<typeof outgoing>) {
  const { headers = {}, value } = toMessage(record)
  return {
    headers: Object.fromEntries(Object.entries(headers).map(([name, one]) => [name, Buffer.from(String(one))])),
    value: Buffer.from(String(value)),
  }
}

const text = fc.string({ unit: 'binary', minLength: 1 })
const record = fc
  .record({
    log: fc.uuid(),
    part: fc.nat(1023),
    off: fc.bigInt(0n, 999_999_999_999_999_999n),
    data: fc.jsonValue(),
    attributes: fc.record(
      {
        ...{
          id: fc.uuid(),
          source: text,
          type: text,
          time: text,
          tenantid: fc.uuid(),
          partitionkey: text,
          correlationid: text,
        },
        ...{ subject: text, causationid: text, traceparent: text },
      },
      { requiredKeys: ['id', 'source', 'type', 'time', 'tenantid', 'partitionkey', 'correlationid'] },
    ),
  })
  .map(({ log, part, off, data, attributes }) => ({
    log,
    position: { topic: 'test', part, off },
    event: { specversion: '1.0' as const, ...attributes, data: JSON.stringify(data) },
  }))

describe('adapters/kafka, CloudEvents in binary mode', () => {
  it('come back as they went, whatever is in them', () => {
    fc.assert(
      fc.property(record, (one) => {
        const back = fromMessage(one.position.part, received(one))
        expect(back).to.deep.equal({
          log: one.log,
          off: one.position.off,
          event: { ...one.event, data: JSON.parse(one.event.data) },
        })
      }),
    )
  })

  it('name the partition themselves, and carry the partition key as the message’s', () => {
    const message = toMessage(outgoing('test', 3, 4))
    expect(message).to.include({ partition: 3, key: `${tenant}/k3` })
    expect(message.headers).to.include({ 'content-type': 'application/json', ce_logpart: '3', ce_logoff: '4' })
  })

  it('are nothing when an attribute is missing, the data are no JSON, or they lie in another partition', () => {
    const good = received(outgoing('test', 3, 4))
    expect(fromMessage(3, good)).to.not.equal(undefined)
    expect(fromMessage(2, good)).to.equal(undefined)
    expect(fromMessage(3, { ...good, value: Buffer.from('{') })).to.equal(undefined)
    expect(fromMessage(3, { ...good, value: null })).to.equal(undefined)
    expect(fromMessage(3, { value: good.value })).to.equal(undefined)
    const needed = Object.keys(good.headers).filter(
      (name) => !/subject|causationid|traceparent|content-type/.test(name),
    )
    for (const name of needed) {
      const { [name]: _, ...headers } = good.headers
      expect(fromMessage(3, { ...good, headers }), name).to.equal(undefined)
    }
    for (const off of ['-1', '1.5', '', 'x', '1'.repeat(19)]) {
      expect(fromMessage(3, { ...good, headers: { ...good.headers, ce_logoff: Buffer.from(off) } })).to.equal(undefined)
    }
  })
})

describeWith('Kafka', findKafka(), 'adapters/kafka, for others', (kafka) => {
  it('publishes what the official CloudEvents package reads over kafkajs', async function () {
    this.timeout(KAFKA_START_MS)
    const brokers = await kafka.brokers()
    const prefix = newPrefix()
    const one = carrier(brokers, prefix)
    await one.ensureTopics([{ topic: 'test', partitions: 2 }])
    await one.publish([outgoing('test', 1, 0)])
    const { Kafka, logLevel } = await import('kafkajs')
    const consumer = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).consumer({
      groupId: `${prefix}reader`,
    })
    await consumer.connect()
    await consumer.subscribe({ topics: [`${prefix}test`], fromBeginning: true })
    const event = await new Promise<unknown>((resolve) => {
      void consumer.run({
        eachMessage: async ({ message }) => {
          const headers = Object.fromEntries(
            Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
          )
          const value = String(message.value)
          const binary: KafkaMessage<string> = { headers, key: String(message.key), value, body: value }
          resolve(KafkaBinding.toEvent(binary))
        },
      })
    })
    await Promise.all([consumer.disconnect(), one.stop()])
    expect(event).to.be.instanceOf(CloudEvent)
    const { data, ...sent } = outgoing('test', 1, 0).event
    const read = event as CloudEvent<unknown>
    expect(read.toJSON()).to.include({ ...sent, datacontenttype: 'application/json', logpart: '1', logoff: '0' })
    expect(read.data).to.deep.equal(JSON.parse(data))
    expect(read.validate()).to.equal(true)
  })
})
