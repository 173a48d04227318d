/** An expected outcome that is not success. `reason` is a stable code; `detail` is for people. */
export interface Refusal<R extends string = string> {
  readonly ok: false
  readonly reason: R
  readonly detail: string
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean
}

export type Result<T, R extends string = string> = ({ readonly ok: true } & T) | Refusal<R>

export function refuse<R extends string>(reason: R, detail: string, retryable = false): Refusal<R> {
  return { ok: false, reason, detail, retryable }
}
