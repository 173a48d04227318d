import { noTelemetry, openTelemetry, type Telemetry } from '../../../core/telemetry/telemetry.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { type CollectedSpan, Collector } from './collector.ts'

/** Variables that the SDK itself reads, from the process's environment. */
const names = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_PROTOCOL'] as const

export interface Collected {
  readonly telemetry: Telemetry
  readonly collector: Collector
  /** Sends what is left and ends the telemetry. */
  finish(): Promise<readonly CollectedSpan[]>
  [Symbol.asyncDispose](): Promise<void>
}

/** Telemetry of this process, sent to a collector in it; one at a time. */
export async function collecting(settings: object = {}, protocol = 'http/json'): Promise<Collected> {
  const collector = await Collector.listen()
  const before = names.map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
  })
  const kernel = { telemetry: { ...settings }, environment: { ...process.env }, plugins: undefined }
  let telemetry: Telemetry = noTelemetry
  const stop = async () => {
    const running = telemetry
    telemetry = noTelemetry
    await running.stop()
  }
  telemetry = await openTelemetry(kernel, '1.0.0', silentLogger)
  return {
    telemetry,
    collector,
    async finish() {
      await stop()
      return collector.spans
    },
    async [Symbol.asyncDispose]() {
      await stop()
      await collector.close()
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    },
  }
}
