import { context, createContextKey } from '@opentelemetry/api'

const KEY = createContextKey('parley.in-hand')

/**
 * Places of the deliveries that a group has in hand in this process, by event id. What a handler or stream publishes names
 * the event that caused it, so each follows its own cause, also out of a batch or a micro-batch that mixes many.
 */
export class InHand {
  readonly #groups = new Map<string, Map<string, string>>()

  /** The group's, for {@link withGroup}. */
  of(group: string): Map<string, string> {
    const known = this.#groups.get(group) ?? new Map<string, string>()
    this.#groups.set(group, known)
    return known
  }
}

/** A context in which the group's deliveries are found. */
export function withGroup(ctx: ReturnType<typeof context.active>, places: ReadonlyMap<string, string>) {
  return ctx.setValue(KEY, places)
}

/** The place of a delivery of the group that runs now. */
export function placeOf(eventId: string): string | undefined {
  return (context.active().getValue(KEY) as ReadonlyMap<string, string> | undefined)?.get(eventId)
}
