import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Hapi from '@hapi/hapi'
import { createNoopMeter, type Meter, type MeterProvider, metrics, trace } from '@opentelemetry/api'
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node'
import * as semconv from '@opentelemetry/semantic-conventions'
import { observeFigures } from '../../core/telemetry/sdk/gauges.ts'
import { traceHttp } from '../../core/telemetry/sdk/http-server.ts'
import { OtelTracing } from '../../core/telemetry/sdk/otel-tracing.ts'
import { providerTracer } from '../../core/telemetry/sdk/providers.ts'
import { parseTelemetrySettings } from '../../core/telemetry/settings.ts'
import type { FigureSources } from '../../core/telemetry/sources.ts'
import { root } from './dockerfile.ts'

/** What the Prometheus exporter makes of an instrument's kind. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  createHistogram: ['_bucket', '_count', '_sum'],
  createCounter: ['_total'],
  createObservableCounter: ['_total'],
}

/** Every series that the telemetry room declares, by the name Prometheus has for it: its parts are made over a meter that takes notes. */
export function declaredSeries(): ReadonlySet<string> {
  const found = new Set<string>()
  const meter = noting(found)
  const provider: MeterProvider = { getMeter: () => meter }
  metrics.setGlobalMeterProvider(provider)
  try {
    const tracer = trace.getTracer('test')
    const tenantLabels = false
    new OtelTracing({ tracer, tenantLabels })
    providerTracer(tracer)
    traceHttp(Hapi.server(), { tracer, tenantLabels, trustTraceparent: false })
    observeFigures({} as FigureSources, { meter, settings: parseTelemetrySettings() })
    const runtime = new RuntimeNodeInstrumentation({ enabled: false })
    runtime.setMeterProvider(provider)
    return found
  } finally {
    metrics.disable()
  }
}

function noting(found: Set<string>): Meter {
  return new Proxy(createNoopMeter(), {
    get(target, kind: string) {
      const member: unknown = Reflect.get(target, kind)
      if (!kind.startsWith('create') || typeof member !== 'function') return member
      return (name: string, ...rest: unknown[]) => {
        for (const suffix of SUFFIXES[kind] ?? ['']) found.add(name.replaceAll('.', '_') + suffix)
        return Reflect.apply(member, target, [name, ...rest])
      }
    },
  })
}

/** True when the telemetry room's sources name this label: as a key, as an attribute, or by a constant of the conventions. */
export function isLabel(label: string): boolean {
  const folder = join(root, 'core/telemetry/sdk')
  const text = readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n')
  const attributes = [...text.matchAll(/'([a-z_]+(?:\.[a-z_]+)+)'/g)].map(([, name = '']) => name)
  const conventions = [...text.matchAll(/\bATTR_[A-Z_]+/g)].map(([name]) => String(Reflect.get(semconv, name)))
  const known = [...attributes, ...conventions].map((name) => name.replaceAll('.', '_'))
  return known.includes(label) || new RegExp(`[{,] ?${label}\\b`).test(text)
}
