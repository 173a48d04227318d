import type { Json } from './json.ts'

/** Paths kept per webhook; a payload of nothing but surprises must not grow a report without end. */
const MAX_PATHS = 50

/** Counts the fields that nobody reads, so that a vendor's additions are noticed rather than found missing later. */
export class UnknownFields {
  readonly #counts = new Map<string, number>()

  /** The fields of `record` that are not in `known`, counted under `path`. `undefined` when there are none. */
  note(path: string, record: Json, known: ReadonlySet<string>, alsoKnown?: string): Json | undefined {
    let unknown: Record<string, unknown> | undefined
    for (const [field, value] of Object.entries(record)) {
      if (known.has(field) || field === alsoKnown) continue
      unknown = { ...unknown, [field]: value }
      this.#count(`${path}.${field}`)
    }
    return unknown
  }

  counts(): Readonly<Record<string, number>> | undefined {
    return this.#counts.size === 0 ? undefined : Object.fromEntries(this.#counts)
  }

  #count(path: string): void {
    if (this.#counts.size >= MAX_PATHS && !this.#counts.has(path)) return
    this.#counts.set(path, (this.#counts.get(path) ?? 0) + 1)
  }
}
