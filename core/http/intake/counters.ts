/**
 * - `received`: verified calls · `refused`: unsigned, wrongly signed · `malformed`: not what the vendor sends ·
 *   `turned-away`: more than the adapter lets the endpoint bring
 * - per element: `stored`, `duplicate`, `unknown` (kinds the adapter does not know), `unrouted` (no connection),
 *   `passed-over` (plugin off for the tenant), `invalid` (the adapter built an event its own schema refuses)
 */
export const INTAKE_COUNTERS = [
  'received',
  'refused',
  'malformed',
  'turned-away',
  'stored',
  'duplicate',
  'unknown',
  'unrouted',
  'passed-over',
  'invalid',
] as const
export type IntakeCounter = (typeof INTAKE_COUNTERS)[number]

/** Where the intake counts; labels are the adapters this process runs, so they are few. */
export interface IntakeMetrics {
  count(counter: IntakeCounter, adapter: string, by?: number): void
  /** A field of a known element that the adapter does not know: `messages.poll_id`. */
  unknownField(adapter: string, field: string, by: number): void
}

/** Vendors invent fields without asking; beyond this many names an adapter's new ones are counted together. */
const MAX_FIELDS = 200

/** Keeps the counts of this process in memory, for the admin page and for whoever exports metrics. */
export class IntakeCounts implements IntakeMetrics {
  readonly #counts = new Map<string, Map<IntakeCounter, number>>()
  readonly #fields = new Map<string, Map<string, number>>()

  count(counter: IntakeCounter, adapter: string, by = 1): void {
    if (by === 0) return
    const counts = of(this.#counts, adapter)
    counts.set(counter, (counts.get(counter) ?? 0) + by)
  }

  unknownField(adapter: string, field: string, by: number): void {
    const fields = of(this.#fields, adapter)
    const name = fields.has(field) || fields.size < MAX_FIELDS ? field : 'other'
    fields.set(name, (fields.get(name) ?? 0) + by)
  }

  /** By adapter: every counter, and the unknown fields. */
  snapshot(): Record<string, Record<IntakeCounter, number> & { readonly unknownFields: Record<string, number> }> {
    const adapters = [...new Set([...this.#counts.keys(), ...this.#fields.keys()])]
    return Object.fromEntries(adapters.map((adapter) => [adapter, this.#adapter(adapter)]))
  }

  #adapter(adapter: string) {
    const counts = this.#counts.get(adapter)
    const all = Object.fromEntries(INTAKE_COUNTERS.map((counter) => [counter, counts?.get(counter) ?? 0]))
    return {
      ...(all as Record<IntakeCounter, number>),
      unknownFields: Object.fromEntries(this.#fields.get(adapter) ?? []),
    }
  }
}

function of<V>(maps: Map<string, Map<string, V>>, name: string): Map<string, V> {
  const known = maps.get(name)
  if (known !== undefined) return known
  const made = new Map<string, V>()
  maps.set(name, made)
  return made
}
