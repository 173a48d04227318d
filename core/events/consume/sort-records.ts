import type { LogRecord, UndecodableRecord } from '../../contracts/ports/event-transport.ts'
import type { CloudEvent, Position } from '../../plugin/event.ts'
import type { ConsumerParts } from './consumer.ts'
import type { Group } from './group.ts'

/** An event that the group handles, not yet handed over. */
export interface Wanted {
  readonly position: Position
  readonly event: CloudEvent
}

export interface SortedRecords {
  /** In log order within each partition; of tenants for which the plugin is on. */
  readonly wanted: readonly Wanted[]
  readonly undecodable: readonly { readonly position: Position; readonly record: UndecodableRecord }[]
  /** Of other types, or of tenants for which the plugin is off. */
  readonly passedOver: readonly Position[]
}

/** Parts what was read by what the group has to do with it. Asks the gate once per tenant. */
export async function sortRecords(
  parts: Pick<ConsumerParts, 'gate' | 'registry' | 'unknownTypes'>,
  group: Pick<Group, 'types' | 'pluginId' | 'flag'>,
  records: readonly LogRecord[],
): Promise<SortedRecords> {
  const wanted: Wanted[] = []
  const undecodable: { position: Position; record: UndecodableRecord }[] = []
  const passedOver: Position[] = []
  const gates = new Map<string, boolean>()
  for (const record of records) {
    if ('undecodable' in record) {
      undecodable.push({ position: record.position, record: record.undecodable })
      continue
    }
    const { type, tenantid } = record.event
    if (!group.types.has(type)) {
      if (parts.registry.get(type) === undefined) count(parts.unknownTypes, type)
      passedOver.push(record.position)
      continue
    }
    const open = gates.get(tenantid) ?? (await parts.gate(group.pluginId, tenantid, group.flag))
    gates.set(tenantid, open)
    if (open) wanted.push(record)
    else passedOver.push(record.position)
  }
  return { wanted, undecodable, passedOver }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
