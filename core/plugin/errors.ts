/**
 * Every error Parley throws on purpose. `code` is stable and machine-readable; the message says what was expected,
 * where, and what came. Expected outcomes are values, so a ParleyError means a bug, an outage, or input refused at an edge.
 */
export class ParleyError extends Error {
  override readonly name = 'ParleyError'
  readonly code: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }
}

/** The storage is down or too busy: nothing was stored, and the caller should come back. Answered as 503 with Retry-After. */
export class UnavailableError extends ParleyError {
  readonly retryAfterSeconds: number

  constructor(code: string, message: string, options: { cause?: unknown; retryAfterSeconds?: number } = {}) {
    super(code, message, options)
    this.retryAfterSeconds = options.retryAfterSeconds ?? 1
  }
}

/** The innermost message, for a log line or a report: never shown to an API caller. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
