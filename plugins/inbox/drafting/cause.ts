import type { Delivery, NewEvent } from '@parley/core'

/** What a drafted event follows from: of a batch, each names its own. */
export type Cause = Required<Pick<NewEvent, 'causationId' | 'correlationId'>>

export function causeOf({ event }: Pick<Delivery, 'event'>): Cause {
  return { causationId: event.id, correlationId: event.correlationid }
}
