import { expect } from 'chai'
import { describeWith } from '../real-parts.ts'
import { connect, consume, createTopic, produce } from './client.ts'
import { newPrefix } from './prefix.ts'
import { findKafka, KAFKA_START_MS, SharedKafka } from './shared-kafka.ts'

describeWith('Kafka', findKafka(), 'test/kafka, the broker of the run', (kafka) => {
  const topic = `${newPrefix()}first`
  let brokers: string

  before(async function () {
    this.timeout(KAFKA_START_MS)
    brokers = await kafka.brokers()
  })

  it('makes a topic, takes what is produced and gives it to a consumer, in the order of each partition', async () => {
    const client = connect(brokers)
    await createTopic(client, topic, 3)
    const messages = Array.from({ length: 30 }, (_, i) => ({ partition: i % 3, key: `k${i % 3}`, value: String(i) }))
    await produce(client, topic, messages)
    const found = await consume(client, topic, `${topic}.group`, 30)
    for (const partition of [0, 1, 2]) {
      const wanted = messages.filter((message) => message.partition === partition)
      expect(found.filter((one) => one.startsWith(`${partition}:`))).to.deep.equal(
        wanted.map(({ key, value }) => `${partition}:${key}=${value}`),
      )
    }
  })

  it('is the same for everybody who asks', async () => {
    expect(await kafka.brokers()).to.equal(brokers)
    expect(findKafka()).to.equal(kafka)
  })
})

describe('test/kafka, where a broker is found', () => {
  it('takes KAFKA_BROKERS before anything else', async () => {
    const kafka = new SharedKafka({ KAFKA_BROKERS: 'a:9092,b:9092' }).find()
    expect(kafka?.how).to.equal('KAFKA_BROKERS')
    expect(await kafka?.brokers()).to.equal('a:9092,b:9092')
  })

  it('finds none on a machine without Java and Docker', () => {
    expect(new SharedKafka({ PATH: '/nowhere' }).find()).to.equal(undefined)
  })
})
