import type { LogRange } from '../../contracts/ports/event-transport.ts'
import type { ConsumerParts } from './consumer.ts'
import type { Group } from './group.ts'
import { partitionName } from './partitions.ts'
import type { Wanted } from './sort-records.ts'

/** How many windows one look ahead is believed for. */
const believedWindows = 4

/**
 * Keeps a tenant's flood from standing before others' events. While windows come in full and others wait behind, a
 * tenant has a limited number of events in hand; the rest of its events go to lanes, where tenants take turns. So the reading passes the flood at the speed of parking, and whoever is alone is never slowed down.
 */
export class Fairness {
  readonly #parts: ConsumerParts
  readonly #group: Group
  #seen: { readonly waiting: ReadonlySet<string>; windowsLeft: number } | undefined

  constructor(parts: ConsumerParts, group: Group) {
    this.#parts = parts
    this.#group = group
  }

  /**
   * Names (`eventName`) of the window's events that should go to lanes.
   *
   * @param behind where reading goes on after a full window; empty when nothing is known to be behind it
   * @param held events of earlier windows that are still in hand, by tenant
   */
  async divert(
    window: readonly Wanted[],
    behind: readonly LogRange[],
    held: ReadonlyMap<string, number> = nothing,
  ): Promise<Set<string>> {
    const { perTenant } = this.#parts.settings.fairness
    const flooding = flooders(window, perTenant, held)
    if (behind.length === 0 || flooding.size === 0) {
      this.#seen = undefined
      return new Set()
    }
    const waiting = await this.#waiting(behind)
    const limited = new Set([...flooding].filter((tenant) => [...waiting].some((other) => other !== tenant)))
    const full = limited.size === 0 ? [] : await this.#parkedUp([...limited])
    for (const tenant of full) limited.delete(tenant)
    return overQuota(window, limited, perTenant, held)
  }

  async #waiting(behind: readonly LogRange[]): Promise<ReadonlySet<string>> {
    if (this.#seen !== undefined && this.#seen.windowsLeft > 0) {
      this.#seen.windowsLeft -= 1
      return this.#seen.waiting
    }
    const { logStore, settings } = this.#parts
    const shares = await logStore.tenants(behind, settings.fairness.lookAhead)
    const backlog = shares.reduce((sum, share) => sum + share.events, 0)
    const waiting = backlog < settings.fairness.minBacklog ? [] : shares.map((share) => share.tenantId)
    this.#seen = { waiting: new Set(waiting), windowsLeft: believedWindows }
    return this.#seen.waiting
  }

  /** Tenants that have as many events waiting as they may. */
  async #parkedUp(tenants: readonly string[]): Promise<string[]> {
    const { workStore, knex, settings } = this.#parts
    const parked = await workStore.parkedOf(knex, this.#group.name, tenants)
    return tenants.filter((tenant) => (parked.get(tenant) ?? 0) >= settings.fairness.maxParked)
  }
}

const nothing: ReadonlyMap<string, number> = new Map()

function flooders(window: readonly Wanted[], quota: number, held: ReadonlyMap<string, number>): ReadonlySet<string> {
  const counts = new Map<string, number>()
  for (const { event } of window) {
    const { tenantid } = event
    counts.set(tenantid, (counts.get(tenantid) ?? held.get(tenantid) ?? 0) + 1)
  }
  return new Set([...counts].filter(([, count]) => count > quota).map(([tenant]) => tenant))
}

function overQuota(
  window: readonly Wanted[],
  limited: ReadonlySet<string>,
  quota: number,
  held: ReadonlyMap<string, number>,
): Set<string> {
  const used = new Map<string, number>()
  const over = new Set<string>()
  for (const { event, position } of window) {
    if (!limited.has(event.tenantid)) continue
    const count = (used.get(event.tenantid) ?? held.get(event.tenantid) ?? 0) + 1
    used.set(event.tenantid, count)
    if (count > quota) over.add(`${partitionName(position)}/${position.off}`)
  }
  return over
}
