import type { ObjectSchema } from 'joi'

/**
 * A kind of event: its versioned name, the topic that carries it, its schema. The schema is checked when an event is
 * published; a change other than by addition is a new type (`message.received.v2`).
 */
export interface EventType<T = unknown> {
  readonly $$type: 'parley.event-type'
  /** `message.received.v1`: what happened, past tense, with the major version. */
  readonly type: string
  /** The log topic. Events of one topic with the same key keep their order. */
  readonly topic: string
  readonly summary: string
  readonly schema: ObjectSchema<T>
  /** Dot paths into `data` that hold personal data, blanked when a person is erased. */
  readonly personal: readonly string[]
  /** Dot paths of what an outsider may know a person by, as a vendor's id of a message: blanked with the personal ones. */
  readonly identifying?: readonly string[]
  readonly data?: T
}

/** An event about to be published. The unit of work adds tenant, id, time and correlation. */
export interface NewEvent<T = unknown> {
  readonly type: EventType<T>
  /** What the order is kept for, within the tenant: a thread id, a contact id. */
  readonly key: string
  readonly data: T
  /** What the event is about, when that is not the key. */
  readonly subject?: string
  /** The event that led to this one. Set by the engine inside a handler. */
  readonly causationId?: string
  readonly correlationId?: string
}

/** CloudEvents 1.0 with Parley's extensions; what a handler receives. Times are ISO 8601 UTC. */
export interface CloudEvent<T = unknown> {
  readonly specversion: '1.0'
  /** UUIDv7. */
  readonly id: string
  /** `/plugins/inbox`, `/adapters/whatsapp`. */
  readonly source: string
  readonly type: string
  readonly subject?: string
  readonly time: string
  readonly tenantid: string
  /** `<tenantid>/<key>` */
  readonly partitionkey: string
  readonly correlationid: string
  readonly causationid?: string
  readonly traceparent?: string
  readonly data: T
}

/** Where an event stands in the log: the identity that consumers count by. */
export interface Position {
  readonly topic: string
  readonly part: number
  readonly off: bigint
}

/** An event handed to a handler or a stream. */
export interface Delivery<T = unknown> {
  readonly event: CloudEvent<T>
  readonly position: Position
  /** 1 for the first try. */
  readonly attempt: number
  /** Aborted when the deadline passes or the process shuts down. */
  readonly signal: AbortSignal
}

export function defineEvent<T>(definition: {
  type: string
  topic: string
  summary: string
  schema: ObjectSchema<T>
  personal?: readonly string[]
  identifying?: readonly string[]
}): EventType<T> {
  return { $$type: 'parley.event-type', personal: [], ...definition }
}

/** True when the delivery carries an event of this type; narrows `data`. */
export function isEvent<T>(type: EventType<T>, delivery: Delivery): delivery is Delivery<T> {
  return delivery.event.type === type.type
}
