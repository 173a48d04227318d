import type { Observable } from 'rxjs'
import type { Delivery, EventType } from './event.ts'
import type { PermissionDefinition } from './plugin.ts'

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

/** The same with what one person chose laid over it: fields that the manifest names as `personal`. */
export interface UserSettings<S = unknown> {
  ofUser(tenantId: string, userId: string): Promise<S>
  /** Throws `settings.invalid`, also for a field that is not a person's to choose. */
  updateUser(tenantId: string, userId: string, patch: Partial<S>): Promise<S>
}

/** Signed, expiring claims that need no storage: visitor sessions, file links. Keyed by purpose from the key ring. */
export interface TokenSigner {
  sign(purpose: string, claims: Readonly<Record<string, string>>, ttlSeconds: number): string
  /** `undefined` when forged, expired or made for another purpose. */
  verify(purpose: string, token: string): Readonly<Record<string, string>> | undefined
}

/** What a sealed secret belongs to: it opens nowhere else. */
export interface SealedPlace {
  /** Empty for what belongs to the installation. */
  readonly tenantId: string
  /** Table and column. */
  readonly purpose: string
  readonly id: string
}

/** Encrypts small secrets under the key ring (AES-256-GCM), with a key of the asking plugin's own for each purpose. */
export interface Sealer {
  seal(plain: string, place: SealedPlace): string
  /** Throws `secrets.unknown-key`, `secrets.tampered`, `secrets.malformed`. */
  open(sealed: string, place: SealedPlace): string
  /** False once the ring has a newer key: seal it again. */
  isCurrent(sealed: string): boolean
}

/** 32 bytes, and the id that goes into what they sign (`kid`). */
export interface SigningKey {
  readonly id: string
  readonly key: Buffer
}

/** Keys of the asking plugin's own, derived from the key ring for a purpose. The first key of the ring signs, all verify. */
export interface SigningKeys {
  current(purpose: string): SigningKey
  /** `undefined` when the key is not, or no longer, in the ring. */
  find(purpose: string, id: string): SigningKey | undefined
}

/** Every permission that the kernel and the plugins of this installation know. */
export interface PermissionCatalog {
  all(): readonly PermissionDefinition[]
}
