import type { InboundItem } from '../../plugin/webhook.ts'
import { buildEvent } from './build-event.ts'
import type { IngestItem, RoutedConnection, TenantGate, WebhookOutcome } from './seams.ts'

export interface RoutedItems {
  readonly items: readonly IngestItem[]
  readonly unrouted: number
  readonly passedOver: number
  readonly invalid: number
  /** Which of the call's elements, by their place, went to no connection at all. */
  readonly left: readonly number[]
  readonly outcome: WebhookOutcome
  /** The one tenant that the whole call is about; `null` when it is about several, or partly about nobody. */
  readonly tenantId: string | null
}

interface Parsed {
  readonly adapter: string
  readonly pluginId: string
  readonly items: readonly InboundItem[]
  readonly receivedAt: Date
}

/**
 * Gives every element of a call to every connection of its account, in the vendor's order. An element that nobody connected,
 * or whose tenant has the adapter switched off, is counted; the call's body is kept either way.
 */
export async function routeItems(
  parsed: Parsed,
  routes: ReadonlyMap<string, readonly RoutedConnection[]>,
  gate: TenantGate,
): Promise<RoutedItems> {
  const items: IngestItem[] = []
  const source = `/adapters/${parsed.adapter}`
  let unrouted = 0
  let passedOver = 0
  let invalid = 0
  const left: number[] = []
  for (const [index, item] of parsed.items.entries()) {
    const before = items.length
    const connections = routes.get(item.account)
    if (connections === undefined || connections.length === 0) {
      unrouted += 1
      left.push(index)
      continue
    }
    for (const connection of connections) {
      const open = gate(parsed.pluginId, connection.tenantId)
      if (!(typeof open === 'boolean' ? open : await open)) {
        passedOver += 1
        continue
      }
      const built = buildEvent(item, connection, parsed.adapter, parsed.receivedAt)
      if (!built.valid) invalid += 1
      items.push({
        tenantId: connection.tenantId,
        source,
        event: built.event,
        dedupeScope: connection.id,
        dedupeKey: built.dedupeKey,
      })
    }
    if (items.length === before) left.push(index)
  }
  return {
    items,
    unrouted,
    passedOver,
    invalid,
    left,
    outcome: outcomeOf(items.length, unrouted, passedOver),
    tenantId: unrouted + passedOver > 0 ? null : onlyTenant(items),
  }
}

/** The accounts of the call, each once. */
export function accountsOf(items: readonly InboundItem[]): readonly string[] {
  const [first] = items
  if (first === undefined) return []
  if (items.every(({ account }) => account === first.account)) return [first.account]
  return [...new Set(items.map(({ account }) => account))]
}

function outcomeOf(routed: number, unrouted: number, passedOver: number): WebhookOutcome {
  if (routed + unrouted + passedOver === 0) return 'empty'
  if (unrouted + passedOver === 0) return 'routed'
  if (routed > 0) return 'partly-routed'
  return unrouted > 0 ? 'unrouted' : 'passed-over'
}

function onlyTenant(items: readonly IngestItem[]): string | null {
  const tenantId = items[0]?.tenantId ?? null
  return items.every((item) => item.tenantId === tenantId) ? tenantId : null
}
