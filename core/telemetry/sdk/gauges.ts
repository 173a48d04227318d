import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api'
import { INTAKE_COUNTERS } from '../../http/intake/counters.ts'
import type { TelemetrySettings } from '../settings.ts'
import type { FigureSources } from '../sources.ts'
import { observeLog } from './log-gauges.ts'
import * as names from './names.ts'

export interface GaugeOptions {
  readonly meter: Meter
  readonly settings: TelemetrySettings
}

type Observe = (result: BatchObservableResult, sources: FigureSources) => void

/** Outcomes of whole webhook calls; the other counters are of their elements. */
const OF_CALLS: readonly string[] = ['received', 'refused', 'malformed']

/** Registers every figure that is read when somebody asks. */
export function observeFigures(sources: FigureSources, options: GaugeOptions): void {
  const { meter } = options
  observeLog(sources, meter, options.settings)
  for (const [instruments, observe] of [
    intake(meter),
    limits(meter),
    pool(meter),
    plugins(meter, options),
    carrier(meter),
    processFigures(meter),
  ]) {
    meter.addBatchObservableCallback((result) => observe(result, sources), [...instruments])
  }
}

function intake(meter: Meter): readonly [readonly Observable[], Observe] {
  const calls = meter.createObservableCounter('parley.webhook.calls', {
    unit: '{call}',
    description: 'Webhook calls by adapter and outcome.',
  })
  const elements = meter.createObservableCounter('parley.webhook.elements', {
    unit: '{element}',
    description: 'What webhook calls brought, by adapter and outcome.',
  })
  return [
    [calls, elements],
    (result, { webhooks }) => {
      for (const [adapter, counts] of Object.entries(webhooks())) {
        for (const counter of INTAKE_COUNTERS) {
          const labels = { [names.PLUGIN]: adapter, outcome: counter }
          result.observe(OF_CALLS.includes(counter) ? calls : elements, Number(counts[counter] ?? 0), labels)
        }
      }
    },
  ]
}

function limits(meter: Meter): readonly [readonly Observable[], Observe] {
  const refused = meter.createObservableCounter('parley.limit.refused', {
    unit: '{request}',
    description: 'Requests answered with 429, by policy.',
  })
  const failures = meter.createObservableCounter('parley.limit.store_failures', {
    unit: '{failure}',
    description: 'Times that counts of requests could not be shared; each process counts for itself meanwhile.',
  })
  return [
    [refused, failures],
    (result, sources) => {
      const figures = sources.limits()
      for (const [policy, count] of Object.entries(figures.refused)) result.observe(refused, count, { policy })
      result.observe(failures, figures.storeFailures)
    },
  ]
}

function pool(meter: Meter): readonly [readonly Observable[], Observe] {
  const unit = '{connection}'
  const count = meter.createObservableUpDownCounter(names.POOL_COUNT, { unit, description: 'Connections by state.' })
  const most = meter.createObservableUpDownCounter(names.POOL_MAX, { unit, description: 'Most connections.' })
  const pending = meter.createObservableUpDownCounter(names.POOL_PENDING, {
    unit: '{request}',
    description: 'Waiting for one.',
  })
  const restarts = meter.createObservableCounter('parley.postgres.restarts', {
    unit: '{restart}',
    description: 'Times the embedded database was started again.',
  })
  return [
    [count, most, pending, restarts],
    (result, { knex, databaseRestarts }) => {
      const { pool: tarn } = knex.client as { readonly pool: Tarn }
      const labels = { [names.POOL]: 'parley' }
      result.observe(count, tarn.numUsed(), { ...labels, [names.POOL_STATE]: 'used' })
      result.observe(count, tarn.numFree(), { ...labels, [names.POOL_STATE]: 'idle' })
      result.observe(most, tarn.max, labels)
      result.observe(pending, tarn.numPendingAcquires(), labels)
      const again = databaseRestarts()
      if (again !== undefined) result.observe(restarts, again)
    },
  ]
}

/** knex's pool, by what is read here. */
interface Tarn {
  readonly max: number
  numUsed(): number
  numFree(): number
  numPendingAcquires(): number
}

function plugins(meter: Meter, { settings }: GaugeOptions): readonly [readonly Observable[], Observe] {
  const state = meter.createObservableGauge('parley.plugin.state', {
    unit: '1',
    description: '1 for the state that a plugin is in.',
  })
  const open = meter.createObservableGauge('parley.breaker.open', {
    unit: '{circuit}',
    description: 'Open circuits by handler.',
  })
  return [
    [state, open],
    (result, sources) => {
      for (const { id, state: now } of sources.plugins()) {
        result.observe(state, 1, { [names.PLUGIN]: id, state: now })
        // A handler is only known once a circuit of it has opened; its plugin is from the beginning.
        result.observe(open, 0, { [names.PLUGIN]: id })
      }
      for (const [key, circuits] of countedBy(sources.openCircuits(), settings.tenantLabels)) {
        const [plugin = '', handler = '', tenant] = key.split('/')
        const label = tenant === undefined ? {} : { [names.TENANT]: tenant }
        result.observe(open, circuits, { [names.PLUGIN]: plugin, handler, ...label })
      }
    },
  ]
}

function countedBy(circuits: readonly string[], tenantLabels: boolean): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const circuit of circuits) {
    const key = tenantLabels ? circuit : circuit.split('/').slice(0, 2).join('/')
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

function processFigures(meter: Meter): readonly [readonly Observable[], Observe] {
  const memory = meter.createObservableUpDownCounter(names.PROCESS_MEMORY, {
    unit: 'By',
    description: 'Resident memory.',
  })
  const uptime = meter.createObservableGauge('process.uptime', {
    unit: 's',
    description: 'Time since the process began.',
  })
  return [
    [memory, uptime],
    (result) => {
      result.observe(memory, process.memoryUsage.rss())
      result.observe(uptime, process.uptime())
    },
  ]
}

function carrier(meter: Meter): readonly [readonly Observable[], Observe] {
  const figure = meter.createObservableGauge('parley.carrier.figure', {
    unit: '1',
    description: 'What the carrier counts, by its part: relay, reading, carrier.',
  })
  return [
    [figure],
    (result, sources) => {
      for (const [part, counts] of Object.entries(sources.carrier() ?? {})) {
        for (const [name, value] of Object.entries(counts)) result.observe(figure, value, { part, figure: name })
      }
    },
  ]
}
