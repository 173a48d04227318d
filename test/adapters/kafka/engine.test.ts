import { expect } from 'chai'
import type { KafkaCarrier } from '../../../adapters/kafka/kafka-carrier.ts'
import type { EventEngine } from '../../../core/events/index.ts'
import { byKey, EventBench, noted, range, record, until } from '../../core/events/kit.ts'
import type { Broker } from '../../kafka/broker.ts'
import { startBroker } from '../../kafka/find-kafka.ts'
import { newPrefix } from '../../kafka/prefix.ts'
import { findKafka, KAFKA_START_MS } from '../../kafka/shared-kafka.ts'
import { describeWith } from '../../real-parts.ts'
import { carrier } from './kit.ts'

const quick = { carrier: { patienceMs: 500 }, read: { outageBaseMs: 20, outageCapMs: 200 } }
const impatient = { connectMs: 500, requestMs: 1_000, sendMs: 2_000, sessionMs: 6_000, restartCapMs: 500 }

/** A broker of its own: these tests hurt it. */
describeWith('Kafka', findKafka(), 'the event engine over Kafka', () => {
  let broker: Broker
  let bench: EventBench
  let prefix: string
  const carriers: KafkaCarrier[] = []

  before(async function () {
    this.timeout(KAFKA_START_MS)
    broker = await startBroker()
  })
  after(async function () {
    this.timeout(30_000)
    await broker.stop()
  })
  beforeEach(async () => {
    prefix = newPrefix()
    bench = await EventBench.open()
  })
  afterEach(async function () {
    this.timeout(20_000)
    await bench.close()
    await Promise.all(carriers.splice(0).map((one) => one.stop()))
  })

  function engine(settings: object = quick, carrying: object = impatient): EventEngine {
    const made = bench.engine({ settings, embedded: true })
    const kafka = carrier(broker.brokers, prefix, carrying)
    carriers.push(kafka)
    made.carry(kafka, { makeTopics: true })
    for (const mode of ['serial', 'keyed'] as const) handle(made, mode)
    return made
  }

  function handle(one: EventEngine, mode: 'serial' | 'keyed'): void {
    one.subscribe('p', {
      id: mode,
      mode,
      on: [noted],
      handle: (deliveries, uow) => record(deliveries, uow, `p.${mode}`),
    })
  }

  const groups = ['p.serial', 'p.keyed']
  const isLive = (one: EventEngine) => {
    const reading = one.carrier?.figures().reading
    return reading !== undefined && reading.live === 32
  }
  const send = (through: EventEngine, from: number, to: number) =>
    bench.send(
      through,
      range(from, to).map((n) => ({ key: `k${n % 40}`, n })),
    )

  async function expectAllOnce(count: number): Promise<void> {
    for (const group of groups) {
      const effects = await bench.effects(group)
      expect(effects.map(({ n }) => n).toSorted((a, b) => a - b)).to.deep.equal(range(0, count))
      for (const numbers of Object.values(byKey(effects))) {
        expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b))
      }
    }
  }

  it('hands every event to every group once, in order, and reads none of them from the log', async function () {
    this.timeout(60_000)
    // Patience for longer than the test lasts, and memory for all of it: a slow machine is no reason to look into the log or to
    // connect anew, and neither is a group that is slower than the other.
    const one = engine(
      { carrier: { patienceMs: 120_000 }, read: { recent: 3000 } },
      { requestMs: 60_000, sendMs: 60_000, sessionMs: 60_000 },
    )
    await one.start()
    await until(() => isLive(one), 20_000)
    // Finding its place in topics that were just made may have taken a second try.
    const { restarts } = one.carrier?.figures().carrier ?? {}
    await send(one, 0, 3000)
    await bench.drained(one, [...groups, 'carrier.relay'], 30_000)
    await expectAllOnce(3000)
    expect(one.carrier?.figures().reading).to.include({ delivered: 3000, gaps: 0, overdue: 0, refills: 0, foreign: 0 })
    expect(one.carrier?.figures().carrier).to.include({ restarts, undecodable: 0, refused: 0 })
  })

  it('shares the work of two processes that come and go', async function () {
    this.timeout(90_000)
    const first = engine()
    await first.start()
    await send(first, 0, 500)
    for (let round = 1; round < 5; round += 1) {
      const other = engine()
      await other.start()
      await send(round % 2 === 0 ? first : other, round * 500, round * 500 + 500)
      await other.stop(2_000)
    }
    await bench.drained(first, [...groups, 'carrier.relay'], 30_000)
    await expectAllOnce(2500)
  })

  it('goes on while the broker is killed, frozen and restarted, and brings it what it missed', async function () {
    this.timeout(120_000)
    const two = [engine(), engine()]
    for (const one of two) await one.start()
    await until(() => two.every((one) => (one.carrier?.figures().reading.live ?? 0) > 0), 20_000)
    let n = 0
    const sendSome = async () => {
      for (const one of two) {
        await send(one, n, n + 250)
        n += 250
      }
    }
    await sendSome()
    await broker.kill()
    await sendSome()
    await bench.drained(two[0] as EventEngine, groups, 20_000)
    const [relay] = (await two[0]?.lag('carrier.relay')) ?? []
    expect(relay?.events, 'what the broker has not got').to.be.greaterThan(0)
    await broker.restart()
    await sendSome()
    await broker.pause()
    await sendSome()
    await bench.drained(two[0] as EventEngine, groups, 20_000)
    await broker.resume()
    await sendSome()
    await bench.drained(two[0] as EventEngine, [...groups, 'carrier.relay'], 60_000)
    await expectAllOnce(n)
    await until(() => two.every(isAllLive), 30_000)
  })

  it('is cut over from the embedded engine and back under load, and nothing is lost or handled twice', async function () {
    this.timeout(90_000)
    let n = 0
    let sending = true
    const sender = bench.engine({ settings: quick, embedded: true })
    const load = (async () => {
      for (; sending; n += 50) await send(sender, n, n + 50)
    })()
    const embedded = () => {
      const made = bench.engine({ settings: quick, embedded: true })
      for (const mode of ['serial', 'keyed'] as const) handle(made, mode)
      return made
    }
    let running = embedded()
    await running.start()
    for (const next of [engine(), embedded(), engine(), embedded()]) {
      await until(async () => (await bench.effects('p.serial')).length > n / 2)
      await next.start()
      await until(() => next.carrier === undefined || (next.carrier.figures().reading.delivered ?? 0) > 0, 20_000)
      await running.stop(5_000)
      running = next
    }
    sending = false
    await load
    await bench.drained(running, groups, 30_000)
    await expectAllOnce(n)
  })
})

/** Every partition that is followed is served by delivery again. */
function isAllLive(one: EventEngine): boolean {
  const reading = one.carrier?.figures().reading
  return reading !== undefined && reading.unsynced === 0 && (reading.live ?? 0) > 0
}
