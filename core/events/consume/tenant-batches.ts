import type { Wanted } from './sort-records.ts'

/** An event about to be handed over. */
export interface Attempt extends Wanted {
  /** 1 for the first try. */
  readonly attempt: number
}

/** One tenant's share of a transaction, in log order. */
export interface TenantBatch {
  readonly tenantId: string
  readonly events: readonly Attempt[]
}

/** Groups by tenant; tenants in the order in which they first appear. */
export function byTenant(events: readonly Attempt[]): TenantBatch[] {
  const tenants = new Map<string, Attempt[]>()
  for (const event of events) {
    const list = tenants.get(event.event.tenantid)
    if (list === undefined) tenants.set(event.event.tenantid, [event])
    else list.push(event)
  }
  return [...tenants].map(([tenantId, list]) => ({ tenantId, events: list }))
}

export function* slices<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < list.length; from += size) yield list.slice(from, from + size)
}
