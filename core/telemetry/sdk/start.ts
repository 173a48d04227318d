import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { context, type DiagLogger, DiagLogLevel, diag, metrics, trace } from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import {
  defaultResource,
  envDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { reasonOf } from '../../plugin/errors.ts'
import type { Logger } from '../../plugin/services.ts'
import type { Export, TelemetrySettings } from '../settings.ts'
import type { Telemetry } from '../telemetry.ts'
import { traceDatabase } from './database.ts'
import { observeFigures } from './gauges.ts'
import { traceHttp } from './http-server.ts'
import { metricReader } from './metric-reader.ts'
import { openMetricsServer } from './metrics-server.ts'
import { OtelTracing } from './otel-tracing.ts'
import { providerTracer } from './providers.ts'
import { WholeTraceSampler } from './sampler.ts'
import { tracedLogger } from './traced-logger.ts'

export interface StartOptions {
  readonly settings: TelemetrySettings
  readonly wanted: Export
  readonly version: string
  /** Ids of the plugins that this process runs; absent: all. */
  readonly plugins: readonly string[] | undefined
  readonly log: Logger
}

/** The server is ours. */
const EXPORTER = { preventServerStart: true, withoutScopeInfo: true }

/** Starts the SDK for this process. @throws ParleyError `telemetry.cannot-listen` */
export async function startTelemetry(options: StartOptions): Promise<Telemetry> {
  const { settings, wanted, version, log } = options
  diag.setLogger(diagLogger(log), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  const scrape = settings.prometheusPort === undefined ? undefined : new PrometheusExporter(EXPORTER)
  const served = scrape && (await openMetricsServer(settings, (...call) => scrape.getMetricsRequestHandler(...call)))
  const sdk = new NodeSDK({
    resource: resourceOf(options),
    // Not the process's: its command line may hold what nobody should see.
    resourceDetectors: [envDetector, serviceInstanceIdDetector],
    sampler: new WholeTraceSampler(settings.sampleRatio),
    // A vendor is not told our traces: nothing is injected into what goes out.
    textMapPropagator: null,
    // Wanted: made by the SDK from its own variables.
    ...(wanted.traces ? {} : { spanProcessors: [] }),
    metricReaders: [
      ...(scrape === undefined ? [] : [scrape]),
      ...(wanted.metrics ? [await metricReader(settings, process.env)] : []),
    ],
    logRecordProcessors: [],
    instrumentations: [vendorRequests(), new RuntimeNodeInstrumentation()],
  })
  sdk.start()
  const metricsUrl = served?.url
  log.info({ traces: wanted.traces, metrics: wanted.metrics, metricsUrl }, 'telemetry is on')
  const stop = async () => {
    await served?.close()
    await flushed(sdk, settings.flushMs, log)
  }
  return attachments({ settings, version, traces: wanted.traces, metricsUrl, stop })
}

interface Attached {
  readonly settings: TelemetrySettings
  readonly version: string
  readonly traces: boolean
  readonly metricsUrl: string | undefined
  readonly stop: () => Promise<void>
}

function attachments({ settings, version, traces, metricsUrl, stop }: Attached): Telemetry {
  const tracer = trace.getTracer('parley', version)
  const { tenantLabels, trustTraceparent } = settings
  return {
    tracing: new OtelTracing({ tracer, tenantLabels }),
    metricsUrl,
    log: (logger) => (traces ? tracedLogger(logger) : logger),
    database: (knex) => {
      if (traces) traceDatabase(knex, tracer)
    },
    http: (server) => traceHttp(server, { tracer, tenantLabels, trustTraceparent }),
    provider: providerTracer(tracer),
    observe: (sources) => observeFigures(sources, { meter: metrics.getMeter('parley', version), settings }),
    stop,
  }
}

function resourceOf({ version, plugins }: StartOptions) {
  return defaultResource().merge(
    resourceFromAttributes({
      'service.name': process.env.OTEL_SERVICE_NAME ?? 'parley',
      'service.version': version,
      'host.name': hostname(),
      'process.pid': process.pid,
      ...(plugins === undefined ? {} : { 'parley.plugins': [...plugins] }),
    }),
  )
}

/** Requests to vendors, only within a trace. Paths and queries may hold a person's id or a token: the host says enough. */
function vendorRequests(): UndiciInstrumentation {
  return new UndiciInstrumentation({
    requireParentforSpans: true,
    startSpanHook: ({ origin }) => ({ 'url.full': origin, 'url.path': '', 'url.query': '' }),
  })
}

/** Sends what is left, for a while; then frees the process's registry, so that telemetry can be started anew. */
async function flushed(sdk: NodeSDK, ms: number, log: Logger): Promise<void> {
  const late = pause(ms, 'late', { ref: false })
  try {
    const outcome = await Promise.race([sdk.shutdown(), late])
    if (outcome === 'late') log.warn({ ms }, 'the last spans and figures were not sent in time')
  } catch (error) {
    log.warn({ reason: reasonOf(error) }, 'the last spans and figures could not be sent')
  }
  for (const registry of [trace, metrics, context, diag]) registry.disable()
}

/** The SDK's own complaints, above all of a collector that cannot be reached. */
function diagLogger(log: Logger): DiagLogger {
  const say = (level: 'error' | 'warn' | 'info' | 'debug') => (message: string) =>
    log[level]({ from: 'opentelemetry' }, message)
  return { error: say('warn'), warn: say('warn'), info: say('info'), debug: say('debug'), verbose: say('debug') }
}
