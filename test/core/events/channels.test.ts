import { expect } from 'chai'
import { MemoryBroker } from './carrier/memory-carrier.ts'
import { EventBench } from './kit.ts'

describe('core/events/engine, channels', () => {
  let bench: EventBench

  before(async () => {
    bench = await EventBench.open()
  })
  after(() => bench.close())

  it('are the topics of the process with their partitions, once they are there', async () => {
    const engine = bench.engine({ settings: { partitions: 3 } })
    expect(await engine.channels()).to.deep.equal([])
    await engine.start()
    expect(await engine.channels()).to.have.deep.members([
      { topic: 'test', address: 'test', partitions: 3 },
      { topic: 'echo', address: 'echo', partitions: 3 },
    ])
  })

  it('have the names that the broker gives them', async () => {
    const carrier = { ...new MemoryBroker().connect(), topicName: (topic: string) => `parley.${topic}` }
    const engine = bench.engine({ settings: { partitions: 3 } })
    engine.carry(carrier, { makeTopics: true })
    expect((await engine.channels()).map(({ address }) => address)).to.have.members(['parley.test', 'parley.echo'])
  })
})
