import { expect } from 'chai'
import fc from 'fast-check'
import type { Kafka, Producer, ProducerBatch } from 'kafkajs'
import { portions } from '../../../adapters/kafka/portions.ts'
import { Publisher } from '../../../adapters/kafka/publisher.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { outgoing, settings } from './kit.ts'

/** A broker's answers to sends, one after the other: an error, silence, or that it has them. */
type Answer = Error | 'silence' | 'stored'

class Answers {
  readonly batches: ProducerBatch[] = []
  producers = 0
  disconnected = 0
  readonly #answers: Answer[]

  constructor(...answers: Answer[]) {
    this.#answers = answers
  }

  client(): Kafka {
    const producer = () => {
      this.producers += 1
      return {
        connect: async () => {},
        disconnect: async () => {
          this.disconnected += 1
        },
        sendBatch: async (batch: ProducerBatch) => {
          this.batches.push(batch)
          const answer = this.#answers.shift() ?? 'stored'
          if (answer === 'silence') return new Promise(() => {})
          if (answer !== 'stored') throw answer
        },
      } as unknown as Producer
    }
    return { producer } as unknown as Kafka
  }

  publisher(): Publisher {
    return new Publisher(async () => this.client(), settings('x:1', { sendMs: 50, topicPrefix: 'p.' }), silentLogger)
  }
}

/** As kafkajs throws it: wrapped, with the protocol's code inside. */
function protocolError(code: number): Error {
  return new Error('retries exceeded', { cause: Object.assign(new Error('the broker says no'), { code }) })
}

const records = [outgoing('a', 0, 0), outgoing('b', 1, 0), outgoing('a', 2, 0)]

const limits = { batchBytes: 10_000, requestBytes: 25_000 }
const sized = fc.array(fc.record({ part: fc.nat(3), bytes: fc.integer({ min: 2, max: 12_000 }) }), { maxLength: 60 })

describe('adapters/kafka, portions of a send', () => {
  it('hold all records in their order, and no more than the broker takes', () => {
    fc.assert(
      fc.property(sized, (sizes) => {
        const all = sizes.map(({ part, bytes }, off) => {
          const record = outgoing('a', part, off)
          return { ...record, event: { ...record.event, data: `"${'x'.repeat(bytes - 2)}"` } }
        })
        const cut = portions(all, limits)
        expect(cut.flat()).to.deep.equal(all)
        for (const portion of cut.filter(({ length }) => length > 1)) {
          const bytes = (list: typeof portion) => list.reduce((sum, { event }) => sum + event.data.length, 0)
          expect(bytes(portion)).to.be.at.most(limits.requestBytes)
          for (const list of Map.groupBy(portion, ({ position }) => position.part).values()) {
            if (list.length > 1) expect(bytes(list)).to.be.at.most(limits.batchBytes)
          }
        }
        for (const portion of cut) expect(portion).to.not.have.length(0)
      }),
    )
  })
})

describe('adapters/kafka, publishing', () => {
  it('sends what a batch holds for all topics at once, each event to the partition of its position', async () => {
    const broker = new Answers()
    await broker.publisher().publish(records)
    const [batch] = broker.batches
    expect(batch?.acks).to.equal(-1)
    const sent = batch?.topicMessages?.map(({ topic, messages }) => [topic, messages.map(({ partition }) => partition)])
    expect(sent).to.deep.equal([
      ['p.a', [0, 2]],
      ['p.b', [1]],
    ])
  })

  it('sends again, through a new producer, when the broker has lost count of the old one’s', async () => {
    for (const code of [45, 46, 47, 59]) {
      const broker = new Answers(protocolError(code))
      const publisher = broker.publisher()
      await publisher.publish(records)
      expect(broker.producers, String(code)).to.equal(2)
      expect(broker.disconnected).to.equal(1)
      expect(broker.batches[1]).to.deep.equal(broker.batches[0])
      expect(publisher.counts.resends).to.equal(1)
      expect(publisher.failure).to.equal(undefined)
    }
  })

  it('hands every other refusal on, and begins anew with the next send', async () => {
    const broker = new Answers(protocolError(7))
    const publisher = broker.publisher()
    expect(await publisher.publish(records).catch((error) => error)).to.be.instanceOf(Error)
    expect(publisher.failure).to.equal('retries exceeded')
    await publisher.publish(records)
    expect(broker.producers).to.equal(2)
    expect(publisher.failure).to.equal(undefined)
  })

  it('gives up on a broker that does not answer', async () => {
    const broker = new Answers('silence')
    const publisher = broker.publisher()
    const refused = await publisher.publish(records).catch((error) => error)
    expect(refused).to.include({ code: 'kafka.timeout' })
    await publisher.publish(records)
    expect(broker.producers).to.equal(2)
  })
})
