import type { BatchObservableResult, Meter, ObservableGauge } from '@opentelemetry/api'
import { relayGroup } from '../../events/carrier/relay-store.ts'
import type { GroupLag } from '../../events/engine-options.ts'
import type { TelemetrySettings } from '../settings.ts'
import type { FigureSources } from '../sources.ts'
import { FigureCache, type Figures } from './figures.ts'
import * as names from './names.ts'

type FigureSettings = Pick<TelemetrySettings, 'figuresMs' | 'figuresTimeoutMs'>

/** Of the log, its groups and the relay; the same from every process, as all ask the same database. */
export function observeLog(sources: Pick<FigureSources, 'knex' | 'lag'>, meter: Meter, settings: FigureSettings): void {
  const cache = new FigureCache(sources, settings)
  const gauges = logGauges(meter)
  const { relay, groups, up, bytes } = gauges
  meter.addBatchObservableCallback(
    async (result) => observe(result, gauges, await cache.get()),
    [up, bytes, ...Object.values(relay), ...Object.values(groups)],
  )
}

function logGauges(meter: Meter) {
  const gauge = (name: string, unit: string, description: string) =>
    meter.createObservableGauge(name, { unit, description })
  return {
    up: gauge('parley.figures.up', '1', '1 when the database answered with these figures, 0 when it did not.'),
    bytes: gauge('parley.log.size', 'By', 'The event log with its indexes.'),
    relay: {
      events: gauge('parley.relay.lag.events', '{event}', 'Events that the broker has not got yet.'),
      seconds: gauge('parley.relay.lag.time', 's', 'Age of the oldest of them.'),
    },
    groups: {
      events: gauge('parley.consumer.lag.events', '{event}', 'Events that a group has not passed.'),
      seconds: gauge('parley.consumer.lag.time', 's', 'Age of the oldest of them.'),
      parked: gauge('parley.consumer.parked', '{event}', 'Events that wait in lanes.'),
      dead: gauge('parley.consumer.dead_letters', '{event}', 'Events that a group has given up.'),
      oldestLaneSeconds: gauge('parley.consumer.oldest_lane', 's', 'Age of the lane that waits longest.'),
    },
  }
}

type Gauges = ReturnType<typeof logGauges>

function observe(result: BatchObservableResult, gauges: Gauges, figures: Figures | undefined): void {
  result.observe(gauges.up, figures === undefined ? 0 : 1)
  if (figures === undefined) return
  result.observe(gauges.bytes, figures.logBytes)
  for (const lag of figures.groups) {
    if (lag.group === relayGroup) observeLag(result, gauges.relay, lag, {})
    else observeLag(result, gauges.groups, lag, { [names.GROUP]: lag.group })
  }
}

function observeLag(
  result: BatchObservableResult,
  gauges: Readonly<Partial<Record<keyof GroupLag, ObservableGauge>>>,
  lag: GroupLag,
  labels: Readonly<Record<string, string>>,
): void {
  for (const [figure, gauge] of Object.entries(gauges))
    result.observe(gauge, Number(lag[figure as keyof GroupLag]), labels)
}
