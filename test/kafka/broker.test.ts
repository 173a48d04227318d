import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from 'chai'
import { ParleyError } from '../../core/plugin/errors.ts'
import { until } from '../core/events/kit.ts'
import { describeWith } from '../real-parts.ts'
import type { Broker } from './broker.ts'
import { connect, consume, createTopic, produce } from './client.ts'
import { findBrokerSource, startBroker } from './find-kafka.ts'
import { isFree } from './ports.ts'
import { KAFKA_START_MS } from './shared-kafka.ts'
import { kafkaVersion } from './version.ts'

const source = findBrokerSource()

describeWith('Kafka (Java 17 with Maven, or Docker)', source, 'test/kafka, a broker that can be hurt', () => {
  let broker: Broker

  before(async function () {
    this.timeout(KAFKA_START_MS)
    broker = await startBroker()
  })
  after(() => broker.stop())

  it('comes back from a kill with the data and the port it had', async () => {
    const client = connect(broker.brokers)
    const { pid, brokers } = broker
    await createTopic(client, 'kept', 1)
    await produce(client, 'kept', [{ key: 'a', value: 'before' }])
    await broker.kill()
    expect(broker.pid).to.equal(undefined)
    await broker.restart()
    expect(broker.brokers).to.equal(brokers)
    expect(broker.pid).to.be.a('number').that.is.not.equal(pid)
    await produce(client, 'kept', [{ key: 'a', value: 'after' }])
    expect(await consume(client, 'kept', 'kill', 2)).to.deep.equal(['0:a=before', '0:a=after'])
  })

  it('answers nobody while it is paused, and everybody afterwards', async () => {
    const client = connect(broker.brokers)
    await createTopic(client, 'paused', 1)
    await broker.pause()
    const produced = produce(client, 'paused', [{ key: 'a', value: '1' }]).then(() => 'produced')
    expect(await Promise.race([produced, once(AbortSignal.timeout(500), 'abort').then(() => 'silence')])).to.equal(
      'silence',
    )
    await broker.resume()
    expect(await produced).to.equal('produced')
  })

  it('is restarted in good order, also when it was paused', async () => {
    await broker.pause()
    await broker.restart()
    expect(await consume(connect(broker.brokers), 'paused', 'restart', 1)).to.deep.equal(['0:a=1'])
  })

  it('ends with the process that started it, however that went, and its data with it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-orphan-'))
    const parent = spawn(process.execPath, [join(import.meta.dirname, 'orphan.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: folder },
    })
    const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
    const port = Number(line.split(':')[1])
    expect(await isFree(port)).to.equal(false)
    parent.kill('SIGKILL')
    await until(async () => (await isFree(port)) && (await readdir(folder)).length === 0)
    await rm(folder, { recursive: true })
  })
})

describe('test/kafka, which release', () => {
  it('is the newest of the asked line, the exact one, or 4.1', () => {
    expect(kafkaVersion()).to.match(/^4\.1\.\d+$/)
    expect(kafkaVersion('3.9')).to.match(/^3\.9\.\d+$/)
    expect(kafkaVersion('3.9.x')).to.equal(kafkaVersion('3.9'))
    expect(kafkaVersion('4.0.1')).to.equal('4.0.1')
    expect(() => kafkaVersion('latest')).to.throw(ParleyError, 'KAFKA_VERSION')
  })
})
