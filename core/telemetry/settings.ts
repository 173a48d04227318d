import Joi from 'joi'
import { ParleyError } from '../plugin/errors.ts'

/** Beside these, the exporters read OpenTelemetry's own variables (`OTEL_EXPORTER_OTLP_*`, `OTEL_BSP_*`, `OTEL_RESOURCE_ATTRIBUTES`). */
export interface TelemetrySettings {
  /** Port of `GET /metrics`; 0 takes a free one. Absent: there is no such endpoint. */
  readonly prometheusPort?: number
  /** Its address, never that of the public API; another than loopback belongs to a private network. */
  readonly prometheusHost: string
  /** When set, a scrape must send it as a bearer token. */
  readonly prometheusToken?: string
  /** How old the figures that cost a query may be, in milliseconds. */
  readonly figuresMs: number
  /** Longest that a scrape waits for them, in milliseconds; the rest of it is answered without. */
  readonly figuresTimeoutMs: number
  /** How often figures are sent to a collector, in milliseconds. */
  readonly exportEveryMs: number
  /** Share of new traces that are recorded; what continues a trace follows its decision. */
  readonly sampleRatio: number
  /** Continue traces of HTTP callers. Off: everybody outside could decide what is recorded here. */
  readonly trustTraceparent: boolean
  /** Tenant ids as labels of metrics. Off: as many tenants would be as many series. */
  readonly tenantLabels: boolean
  /** What a stop waits for the last spans and figures to be sent, in milliseconds. */
  readonly flushMs: number
}

export const telemetrySettings: Joi.ObjectSchema<TelemetrySettings> = Joi.object({
  prometheusPort: Joi.number().integer().min(0).max(65_535),
  prometheusHost: Joi.string().hostname().default('127.0.0.1'),
  prometheusToken: Joi.string().min(16),
  figuresMs: Joi.number().integer().min(0).default(5_000),
  figuresTimeoutMs: Joi.number().integer().min(1).default(2_000),
  exportEveryMs: Joi.number().integer().min(100).default(60_000),
  sampleRatio: Joi.number().min(0).max(1).default(1),
  trustTraceparent: Joi.boolean().default(false),
  tenantLabels: Joi.boolean().default(false),
  flushMs: Joi.number().integer().min(0).default(3_000),
})

/** Defaults filled in; throws `telemetry.settings-invalid` naming every wrong field. */
export function parseTelemetrySettings(given: object = {}): TelemetrySettings {
  const { value, error } = telemetrySettings.validate(given, { abortEarly: false })
  if (error) throw new ParleyError('telemetry.settings-invalid', `Telemetry settings are not right: ${error.message}.`)
  return value
}

/** OpenTelemetry's own variables that name a collector. */
const COLLECTOR = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
]

/** What is to be sent to a collector. */
export interface Export {
  readonly traces: boolean
  readonly metrics: boolean
}

/** `OTEL_SDK_DISABLED=true`: nothing is on, whatever else is set. */
export function isDisabled(env: Readonly<Record<string, string | undefined>>): boolean {
  return env.OTEL_SDK_DISABLED?.toLowerCase() === 'true'
}

/** An exporter named `none` is not wanted. */
export function wantedExport(env: Readonly<Record<string, string | undefined>>): Export {
  const isSet = (name: string | undefined) => name !== undefined && (env[name] ?? '') !== ''
  const [both, traces, metrics] = COLLECTOR
  return {
    traces: (isSet(both) || isSet(traces)) && env.OTEL_TRACES_EXPORTER !== 'none',
    metrics: (isSet(both) || isSet(metrics)) && env.OTEL_METRICS_EXPORTER !== 'none',
  }
}
