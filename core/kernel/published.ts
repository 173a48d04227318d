import { channelUnknownReceived } from '../contracts/events/channel.ts'
import {
  connectionChanged,
  connectionCreated,
  connectionHealthChanged,
  connectionRemoved,
} from '../contracts/events/connections.ts'
import type { EventType } from '../plugin/event.ts'
import { KERNEL_ID } from '../tenancy/gate.ts'
import type { PluginRecord } from './record.ts'

/** What the kernel publishes itself: elements of webhooks that their adapter does not know, and what becomes of connections. */
export const kernelEvents: readonly EventType[] = [
  channelUnknownReceived,
  connectionCreated,
  connectionChanged,
  connectionRemoved,
  connectionHealthChanged,
]

/** Who publishes what in this process: the kernel, and the plugins that are mounted and not down. */
export function publishersOf(
  records: readonly PluginRecord[],
): readonly { readonly plugin: string; readonly types: readonly EventType[] }[] {
  const mounted = records.filter((record) => record.contributions !== undefined && !record.down)
  const plugins = mounted.map(({ id, plugin }) => ({ plugin: id, types: plugin?.manifest.publishes ?? [] }))
  return [{ plugin: KERNEL_ID, types: kernelEvents }, ...plugins].filter(({ types }) => types.length > 0)
}
