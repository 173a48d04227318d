import { isDeepStrictEqual } from 'node:util'
import { ParleyError } from '../plugin/errors.ts'
import type { EventType } from '../plugin/event.ts'

/** All event types this process may publish and handle, by name. AsyncAPI is made from it. */
export class EventRegistry {
  readonly #types = new Map<string, EventType>()

  /**
   * Several plugins may list the same type; it must then be the same.
   *
   * @throws ParleyError `event.conflict` when a type is there with another topic or schema
   */
  register(types: readonly EventType[]): void {
    for (const type of types) {
      const known = this.#types.get(type.type)
      if (known !== undefined && !sameType(known, type)) {
        throw new ParleyError(
          'event.conflict',
          `Event type ${type.type} is registered twice with different topic, schema or personal fields. A changed schema is a new type: raise its version.`,
        )
      }
      this.#types.set(type.type, known ?? type)
    }
  }

  get(type: string): EventType | undefined {
    return this.#types.get(type)
  }

  all(): readonly EventType[] {
    return [...this.#types.values()]
  }

  topics(): readonly string[] {
    return [...new Set(this.all().map((type) => type.topic))]
  }
}

function sameType(a: EventType, b: EventType): boolean {
  if (a === b) return true
  return (
    a.topic === b.topic &&
    isDeepStrictEqual([a.personal, a.identifying], [b.personal, b.identifying]) &&
    isDeepStrictEqual(a.schema.describe(), b.schema.describe())
  )
}
