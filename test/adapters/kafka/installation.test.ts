import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { startTestKernel, type TestKernel } from '../../../core/testing/index.ts'
import { Installation } from '../../core/cli/installation.ts'
import { until } from '../../core/events/kit.ts'
import { fixture } from '../../core/kernel/fixtures.ts'
import { newPrefix } from '../../kafka/prefix.ts'
import { findKafka, KAFKA_START_MS } from '../../kafka/shared-kafka.ts'
import { describeWith } from '../../real-parts.ts'

const kafkaPlugin = fileURLToPath(new URL('../../../adapters/kafka', import.meta.url))
const plugins = [kafkaPlugin, fixture('greeter')]

async function greet(server: TestKernel, name: string): Promise<void> {
  const answer = await server.inject({ method: 'POST', url: `/api/greeter/${name}` })
  expect(answer.status).to.equal(200)
}

const stateOf = (server: TestKernel) => server.kernel.report.entries.find(({ plugin }) => plugin === 'kafka')

describe('adapters/kafka in a kernel', () => {
  let server: TestKernel | undefined
  afterEach(async function () {
    this.timeout(20_000)
    await server?.stop()
    server = undefined
  })

  it('offers nothing without brokers: consumers read the log', async () => {
    server = await startTestKernel({ plugins })
    expect(stateOf(server)?.state).to.equal('started')
    expect(server.kernel.engine.carrier).to.equal(undefined)
    await greet(server, 'Ana')
    await server.drain()
  })

  it('costs nobody anything when it cannot start: the report says so, and events flow', async () => {
    server = await startTestKernel({
      plugins,
      env: { KAFKA_BROKERS: '127.0.0.1:1', KAFKA_TLS: 'true', KAFKA_TLS_CA_FILE: '/nowhere/ca.pem' },
    })
    expect(stateOf(server)?.state).to.equal('failed')
    expect(stateOf(server)?.reason).to.include('/nowhere/ca.pem')
    expect(server.kernel.engine.carrier).to.equal(undefined)
    await greet(server, 'Ana')
    await server.drain()
  })

  it('names settings that are wrong', async () => {
    server = await startTestKernel({ plugins, env: { KAFKA_BROKERS: 'no-port', KAFKA_SASL_USERNAME: 'x' } })
    expect(stateOf(server)?.state).to.equal('failed')
    expect(stateOf(server)?.reason).to.include('brokers').and.include('sasl.mechanism')
  })

  it('starts and handles events while the broker is away', async function () {
    this.timeout(30_000)
    server = await startTestKernel({ plugins, env: { KAFKA_BROKERS: '127.0.0.1:1', KAFKA_CONNECT_MS: '300' } })
    expect(stateOf(server)?.state).to.equal('started')
    await greet(server, 'Ana')
    const { engine } = server.kernel
    await until(async () => (await engine.lag('greeter.count'))[0]?.events === 0)
    expect(engine.carrier?.figures().relay.sent).to.equal(0)
    const begun = performance.now()
    await server.stop()
    server = undefined
    expect(performance.now() - begun, 'stopping does not wait for it').to.be.below(8_000)
  })
})

describeWith('Kafka', findKafka(), 'adapters/kafka in an installation', (kafka) => {
  let brokers: string
  before(async function () {
    this.timeout(KAFKA_START_MS)
    brokers = await kafka.brokers()
  })

  it('gets its topics from "parley migrate", and carries what the server publishes', async function () {
    this.timeout(90_000)
    const installation = await Installation.create(plugins.map((use) => ({ use })))
    const env = { KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: newPrefix() }
    try {
      const migrated = await installation.run(['migrate'], env)
      expect(migrated.stderr).to.equal('')
      expect(migrated.stdout).to.match(/topics: .*fixture \(32\)/)
      expect((await installation.run(['migrate'], env)).code, 'a second time').to.equal(0)
      const unreachable = await installation.run(['migrate'], { ...env, KAFKA_BROKERS: '127.0.0.1:1' })
      expect(unreachable.code).to.equal(1)
      const server = await installation.start(env)
      const begun = performance.now()
      server.process.child.kill('SIGTERM')
      expect((await server.process.exit).code).to.equal(0)
      expect(performance.now() - begun, 'a stop in good order').to.be.below(10_000)
    } finally {
      await installation.remove()
    }
  })

  it('carries events between kernels', async function () {
    this.timeout(60_000)
    const prefix = newPrefix()
    const server = await startTestKernel({ plugins, env: { KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: prefix } })
    try {
      const { engine } = server.kernel
      await until(() => (engine.carrier?.figures().reading.live ?? 0) === 32, 20_000)
      for (const name of ['Ana', 'Bea', 'Cem']) await greet(server, name)
      await server.drain(20_000)
      expect(engine.carrier?.figures().reading).to.include({ delivered: 3, gaps: 0, overdue: 0 })
      const addresses = (await engine.channels()).map(({ address }) => address)
      expect(addresses).to.include(`${prefix}fixture`)
    } finally {
      await server.stop()
    }
  })
})
