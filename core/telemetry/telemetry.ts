import type { Server } from '@hapi/hapi'
import type { Knex } from 'knex'
import type { KernelSettings } from '../config/settings.ts'
import type { Logger } from '../plugin/services.ts'
import { isDisabled, parseTelemetrySettings, wantedExport } from './settings.ts'
import type { FigureSources } from './sources.ts'
import { noTracing, type Tracing } from './tracing.ts'

/** Traces, metrics and trace ids in log lines of one process; see README.md. */
export interface Telemetry {
  readonly tracing: Tracing
  /** Where `GET /metrics` is served: `http://127.0.0.1:9464/metrics`. */
  readonly metricsUrl: string | undefined
  /** The same logger, its lines with `trace_id` and `span_id`. */
  log(logger: Logger): Logger
  /** Transactions and single statements become spans of whatever runs them. */
  database(knex: Knex): void
  /** Requests become spans and figures. */
  http(server: Server): void
  /** What a plugin offers under a port, its calls as spans: the calls of vendors, for an adapter. */
  provider<T>(pluginId: string, port: string, value: T): T
  /** Figures that are read when somebody asks for them. */
  observe(sources: FigureSources): void
  /** Sends what is left. */
  stop(): Promise<void>
}

export const noTelemetry: Telemetry = {
  tracing: noTracing,
  metricsUrl: undefined,
  log: (logger) => logger,
  database: () => undefined,
  http: () => undefined,
  provider: (_pluginId, _port, value) => value,
  observe: () => undefined,
  stop: async () => undefined,
}

/**
 * On when a collector (`OTEL_EXPORTER_OTLP_ENDPOINT`) or a Prometheus port is set; only then the SDK is loaded. Once in a
 * process: OpenTelemetry's registry is the process's.
 *
 * @throws ParleyError `telemetry.settings-invalid`, `telemetry.cannot-listen`
 */
export async function openTelemetry(
  { telemetry, environment, plugins }: Pick<KernelSettings, 'telemetry' | 'environment' | 'plugins'>,
  version: string,
  log: Logger,
): Promise<Telemetry> {
  const settings = parseTelemetrySettings(telemetry)
  const wanted = wantedExport(environment)
  const isWanted = wanted.traces || wanted.metrics || settings.prometheusPort !== undefined
  if (!isWanted || isDisabled(environment)) return noTelemetry
  const { startTelemetry } = await import('./sdk/start.ts')
  return startTelemetry({ settings, wanted, version, plugins, log })
}
