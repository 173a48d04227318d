import type { EventHandler, EventStream, RetryPolicy } from '../../plugin/handler.ts'
import type { EventSettings } from '../settings.ts'

/** A consumer group with all its defaults filled in. */
export interface Group {
  /** `<plugin>.<id>` */
  readonly name: string
  readonly pluginId: string
  /** Events of tenants that it is off for are passed over. */
  readonly flag: string | undefined
  readonly types: ReadonlySet<string>
  readonly topics: readonly string[]
  readonly latest: boolean
  readonly retry: RetryPolicy
  readonly onDead: 'skip' | 'block-key'
  readonly replayable: boolean
  /** Most deliveries of a handler's call; a stream's prefetch. */
  readonly batch: number
  readonly timeoutMs: number
}

export function handlerGroup(pluginId: string, handler: EventHandler, settings: EventSettings): Group {
  return {
    ...common(pluginId, handler, settings),
    replayable: handler.replayable ?? true,
    batch: handler.batch ?? settings.handler.batch,
    timeoutMs: handler.timeoutMs ?? settings.handler.timeoutMs,
  }
}

export function streamGroup(pluginId: string, stream: EventStream, settings: EventSettings): Group {
  return {
    ...common(pluginId, stream, settings),
    replayable: true,
    batch: stream.prefetch ?? settings.stream.prefetch,
    timeoutMs: settings.handler.timeoutMs,
  }
}

function common(pluginId: string, consumer: EventHandler | EventStream, settings: EventSettings) {
  return {
    name: `${pluginId}.${consumer.id}`,
    pluginId,
    flag: consumer.flag,
    types: new Set(consumer.on.map((type) => type.type)),
    topics: [...new Set(consumer.on.map((type) => type.topic))],
    latest: consumer.from === 'latest',
    retry: { ...settings.retry, ...consumer.retry },
    onDead: consumer.onDead ?? 'skip',
  }
}
