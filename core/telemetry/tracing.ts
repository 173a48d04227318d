import type { CloudEvent, Position } from '../plugin/event.ts'

/** An event in the hands of a consumer. */
export interface Handed {
  readonly event: CloudEvent
  readonly position: Position
}

/** An event that is sent: prepared, or to be. */
export type Sent = { readonly topic: string } | { readonly event: { readonly type: { readonly topic: string } } }

/** A `traceparent`, as an event's envelope carries it. */
export interface Traced {
  readonly traceparent: string | undefined
}

/** The time from handing one event to a stream until it comes back. */
export interface DeliverySpan {
  /** Runs `work` as part of this delivery, whoever calls. */
  run<T>(work: () => T): T
  /** Once: it came back, with an error when it was nacked. Later calls mean nothing. */
  end(error?: unknown): void
}

/**
 * What the hot paths tell about their work. With telemetry off every call goes to {@link noTracing}, which does nothing and
 * allocates nothing; nothing of OpenTelemetry is loaded then.
 *
 * A place in a trace is written as a W3C `traceparent`, the form in which it travels in events.
 */
export interface Tracing {
  /** Of what runs now; `undefined` outside of any trace. */
  current(): string | undefined
  /** What an event carries: the place of the delivery that caused it, where that is in hand here, else of what runs now. */
  causedBy(eventId: string | undefined): string | undefined
  /** An append to the log; what is prepared meanwhile is part of it. */
  send<T>(events: readonly Sent[], work: () => Promise<T>): Promise<T>
  /** One commit for many calls, each of which may be of another trace. */
  flush<T>(calls: readonly Traced[], work: () => Promise<T>): Promise<T>
  /** One transaction of a group over these deliveries. */
  process<T>(group: string, deliveries: readonly Handed[], work: () => Promise<T>): Promise<T>
  /** Work that was put off: goes on in the trace of whoever put it off. */
  resume<T>(name: string, from: string | undefined, work: () => Promise<T>): Promise<T>
  /** An event is handed to a stream. */
  deliver(group: string, delivery: Handed): DeliverySpan | undefined
}

export const noTracing: Tracing = {
  current: () => undefined,
  causedBy: () => undefined,
  send: (_events, work) => work(),
  flush: (_calls, work) => work(),
  process: (_group, _deliveries, work) => work(),
  resume: (_name, _from, work) => work(),
  deliver: () => undefined,
}
