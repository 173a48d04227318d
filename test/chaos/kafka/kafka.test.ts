import { expect } from 'chai'
import type { Broker } from '../../kafka/broker.ts'
import { findBrokerSource, startBroker } from '../../kafka/find-kafka.ts'
import { KAFKA_START_MS } from '../../kafka/shared-kafka.ts'
import { describeWith } from '../../real-parts.ts'
import { crossed } from '../crash-plan.ts'
import { quickRun } from '../quick-run.ts'
import { type ChaosOptions, type ChaosReport, isCleanRun, runChaos } from '../run-chaos.ts'
import type { KafkaOptions } from './kafka-run.ts'
import type { CarrierMutant } from './mutants.ts'
import { summarizeOutage } from './outage.ts'

/** Short runs that also end on a busy machine; `npm run chaos -- --kafka` is the long one. */
const short = { durable: false, clients: 8, drainSeconds: 40 } as const
const calmMs = 1_500
const calm = { everyMs: [60_000, 60_000], crashDatabaseMs: 0 } as const

/** All that core/events/consume/consumer.ts names. */
const points = [
  ...crossed(['begun', 'handled', 'before-commit', 'committed'], [2]),
  ...crossed(['relay-before-send', 'relay-sent-before-low', 'relay-advanced'], [1, 3]),
]

/** What is missing in each mutant, what brings it to light, and how it shows. */
const cases: readonly (readonly [
  CarrierMutant,
  (report: ChaosReport) => number,
  Partial<ChaosOptions>,
  Omit<KafkaOptions, 'broker'>,
])[] = [
  [
    'relay-advances-first',
    ({ kafka }) => kafka?.topic.lost ?? 0,
    { crash: { point: 'relay-before-send', probability: 0.05 } },
    { calmMs: 0 },
  ],
  ['trusts-gaps', ({ verdict }) => verdict.lost, {}, { truncated: 0.2, calmMs: 0 }],
  ['ignores-repeats', ({ verdict }) => verdict.doubled, {}, { usurpers: 1, calmMs: 0 }],
  ['stays-paused', ({ verdict }) => (verdict.drained ? 0 : 1), {}, { storm: true, calmMs: 1_000 }],
]

describeWith('Kafka (Java 17 with Maven, or Docker)', findBrokerSource(), 'chaos over Kafka', () => {
  let broker: Broker

  before(async function () {
    this.timeout(KAFKA_START_MS)
    broker = await startBroker()
  })
  after(async function () {
    this.timeout(30_000)
    await broker.stop()
  })

  it('loses, doubles and reorders nothing, while servers, broker and Postgres are killed, and groups are stormed', async () => {
    const report = await runChaos({
      ...short,
      seconds: 8,
      seed: Date.now() % 1_000_000,
      faults: { everyMs: [800, 2_000], crashDatabaseMs: 5_000, stopMs: [500, 1_500] },
      kafka: { broker, calmMs, breakMs: [1_000, 2_000], brokenMs: [500, 1_000], storm: true, usurpers: 0.4 },
    })
    const { verdict, faults, kafka } = report
    expect(isCleanRun(report), JSON.stringify(report)).to.equal(true)
    expect(verdict.acked).to.be.greaterThan(200)
    expect(faults.databaseCrashes).to.be.greaterThan(0)
    expect(faults.kills + faults.stops).to.be.greaterThan(3)
    expect(kafka?.faults.brokerKills).to.be.greaterThan(0)
    expect(kafka?.faults.brokerStops).to.be.greaterThan(0)
    expect(kafka?.faults.comings).to.be.greaterThan(1)
    expect(kafka?.topic.records).to.be.at.least(verdict.acked)
    expect(kafka?.figures.reading?.handed, 'records that readers got by delivery').to.be.greaterThan(0)
  }).timeout(120_000)

  it('survives a crash at each named moment, the relay’s too', async () => {
    const report = await quickRun({
      ...short,
      ...{ seconds: 60, seed: 11, faults: calm, flaky: 0.1, crashes: points },
      kafka: { broker, calmMs, usurpers: 1, truncated: 0.1 },
    })
    expect(isCleanRun(report), JSON.stringify(report)).to.equal(true)
    expect(report.crashes).to.have.deep.members(points)
  }).timeout(150_000)

  for (const [mutant, count, options, kafka] of cases) {
    it(`catches a way over the broker without one thing: ${mutant}`, async () => {
      const run = { ...short, seconds: 3, servers: 2, seed: 7, faults: calm, ...options, drainSeconds: 5 }
      const report = await quickRun({ ...run, mutant, kafka: { broker, ...kafka } })
      expect(count(report), JSON.stringify(report)).to.be.greaterThan(0)
    }).timeout(90_000)
  }

  it('is cut over from the embedded engine and back under load, one server after another', async () => {
    const report = await quickRun({
      ...short,
      ...{ seconds: 60, servers: 2, seed: 3, faults: calm },
      kafka: { broker, calmMs, cutOver: { stayMs: 800 } },
    })
    const { verdict, kafka } = report
    expect(isCleanRun(report), JSON.stringify(report)).to.equal(true)
    expect(verdict.acked).to.be.greaterThan(200)
    expect(kafka?.changes).to.equal(4)
    expect(kafka?.topic.records).to.be.greaterThan(0)
    expect(kafka?.figures.reading?.handed, 'records that readers got by delivery').to.be.greaterThan(0)
  }).timeout(120_000)

  it('acknowledges while the broker is down, and brings it what it missed', async () => {
    const report = await quickRun({
      ...short,
      ...{ seconds: 60, servers: 2, seed: 5, faults: calm, thinkMs: 50 },
      kafka: { broker, calmMs, outage: { downMs: 2_000, leadMs: 1_000, sampleMs: 250 } },
    })
    expect(isCleanRun(report), JSON.stringify(report)).to.equal(true)
    const { ackedWhileDown, peakLag, lastLag } = summarizeOutage(report.kafka?.outage ?? [])
    expect(ackedWhileDown).to.be.greaterThan(100)
    expect(peakLag).to.be.at.least(ackedWhileDown / 2)
    expect(lastLag).to.be.lessThan(peakLag / 2)
  }).timeout(120_000)
})
