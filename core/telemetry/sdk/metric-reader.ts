import { PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics'
import type { TelemetrySettings } from '../settings.ts'

const MAX_EXPORT_MS = 30_000

/** Sends figures to the collector. The SDK would make one from the environment, but not beside another reader. */
export async function metricReader(
  { exportEveryMs }: Pick<TelemetrySettings, 'exportEveryMs'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<PeriodicExportingMetricReader> {
  const protocol = env.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL ?? env.OTEL_EXPORTER_OTLP_PROTOCOL
  return new PeriodicExportingMetricReader({
    exporter: await exporterFor(protocol),
    exportIntervalMillis: exportEveryMs,
    exportTimeoutMillis: Math.min(exportEveryMs, MAX_EXPORT_MS),
  })
}

/** By OpenTelemetry's names of protocols; its default for what is none. */
async function exporterFor(protocol: string | undefined): Promise<PushMetricExporter> {
  if (protocol === 'grpc') return new (await import('@opentelemetry/exporter-metrics-otlp-grpc')).OTLPMetricExporter()
  if (protocol === 'http/json')
    return new (await import('@opentelemetry/exporter-metrics-otlp-http')).OTLPMetricExporter()
  return new (await import('@opentelemetry/exporter-metrics-otlp-proto')).OTLPMetricExporter()
}
