import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { readSettings } from '../../../core/config/settings.ts'
import { noTelemetry, openTelemetry } from '../../../core/telemetry/telemetry.ts'
import { noTracing } from '../../../core/telemetry/tracing.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'

const PROGRAM = new URL('./loaded-modules.ts', import.meta.url).pathname

/** What a process of its own loaded. */
async function loaded(env: Readonly<Record<string, string>>): Promise<{ up: number; opentelemetry: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM], {
    env: { ...process.env, PARLEY_TEST_PLUGINS: '', ...env },
  })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}

const open = (env: Readonly<Record<string, string>>) => openTelemetry(readSettings(env, '/'), '1.0.0', silentLogger)

describe('telemetry that nobody asked for', function () {
  this.timeout(60_000)

  it('loads no module of OpenTelemetry, with all plugins up', async () => {
    expect(await loaded({})).to.deep.equal({ up: 5, opentelemetry: 0 })
  })

  it('would be noticed if it did', async () => {
    const { up, opentelemetry } = await loaded({ TELEMETRY_PROMETHEUS_PORT: '0' })
    expect(up).to.equal(5)
    expect(opentelemetry).to.be.greaterThan(10)
  })

  it('stays off while the SDK is disabled, or no exporter is wanted', async () => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }
    expect(await open({})).to.equal(noTelemetry)
    expect(await open({ ...endpoint, OTEL_SDK_DISABLED: 'true', TELEMETRY_PROMETHEUS_PORT: '0' })).to.equal(noTelemetry)
    const none = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }
    expect(await open({ ...endpoint, ...none })).to.equal(noTelemetry)
  })

  it('stands in nobody’s way: the same logger, the same values, the work itself', async () => {
    const value = { send: () => 1 }
    const work = Promise.resolve(1)
    expect(noTelemetry.log(silentLogger)).to.equal(silentLogger)
    expect(noTelemetry.provider('whatsapp', 'channel', value)).to.equal(value)
    expect(noTracing.send([], () => work)).to.equal(work)
    expect(noTracing.flush([], () => work)).to.equal(work)
    expect(noTracing.process('inbox.sender', [], () => work)).to.equal(work)
  })
})
