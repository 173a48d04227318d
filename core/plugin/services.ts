import type { Observable } from 'rxjs'
import type { Delivery, EventType } from './event.ts'

/** All time comes from here, so that a test can move a year ahead. */
export interface Clock {
  now(): Date
  /** Monotonic by the same clock, in milliseconds since the epoch. */
  millis(): number
  /**
   * Only clocks that can be moved by hand have it: calls back right after a move, with the milliseconds moved. Timers by
   * real time (job queues) set themselves anew. Returns how to stop listening.
   */
  onJump?(listener: (movedMs: number) => void): () => void
}

/** pino's shape. Objects come first; secrets are redacted by name. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  child(fields: object): Logger
}

/** Live views over the log, for pushing to sockets of this process: no cursor, from now on, may miss while away. */
export interface EventTail {
  tail(types: readonly EventType[]): Observable<Delivery>
}

/** This plugin's settings for one tenant, validated by its schema, defaults filled in. Cached for a second at most. */
export interface TenantSettings<S = unknown> {
  of(tenantId: string): Promise<S>
  /** Validates and stores a patch; throws `settings.invalid` naming the field. */
  update(tenantId: string, patch: Partial<S>): Promise<S>
}

/** Signed, expiring claims that need no storage: visitor sessions, file links. Keyed by purpose from the key ring. */
export interface TokenSigner {
  sign(purpose: string, claims: Readonly<Record<string, string>>, ttlSeconds: number): string
  /** `undefined` when forged, expired or made for another purpose. */
  verify(purpose: string, token: string): Readonly<Record<string, string>> | undefined
}
