/** Names one write of one caller. Two callers of a tenant that pick the same key never meet. */
export interface IdempotencyScope {
  readonly tenantId: string
  /** `api-key:<id>` */
  readonly actor: string
  /** The route's id. */
  readonly route: string
  readonly key: string
}

/** An answer as it went out. `body` is the exact text; null when there was none. */
export interface StoredAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly contentType: string | null
}

export type Claim =
  /** This request is the one to do the work; `attempt` proves it when the answer is recorded. */
  | { readonly state: 'mine'; readonly attempt: string }
  | { readonly state: 'done'; readonly answer: StoredAnswer }
  | { readonly state: 'in-flight'; readonly retryAfterSeconds: number }
  | { readonly state: 'other-request' }

/**
 * Remembers the answers to writes by their `Idempotency-Key`.
 *
 * A key moves: absent → in flight (claimed by one request, under a lease) → done (its answer stored) → absent (expired).
 * A claim whose request failed with a 5xx is released at once. A claim whose process died stays in flight until its lease
 * ends; then the next request with the same key does the work again.
 *
 * So what is guaranteed: while nothing crashes, one execution per key. A crash between a handler's COMMIT and the recording
 * of its answer makes a second execution possible; a handler closes that gap by passing the key (it is in the request's
 * headers) down as the dedupe key of what it does, as `Messenger.send` and `Ingress.ingest` accept one.
 */
export interface IdempotencyStore {
  /** `requestHash` says whether a repeat is the same request. Throws UnavailableError when the storage is down. */
  claim(scope: IdempotencyScope, requestHash: string, terms: { ttlMs: number; leaseMs: number }): Promise<Claim>
  /** Does nothing when another request has taken the claim over since. */
  complete(scope: IdempotencyScope, attempt: string, answer: StoredAnswer): Promise<void>
  release(scope: IdempotencyScope, attempt: string): Promise<void>
  /** Deletes what has expired, of all tenants, in bounded bites; answers how many rows went. */
  purge(): Promise<number>
}
