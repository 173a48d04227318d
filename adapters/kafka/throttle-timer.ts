import { createRequire } from 'node:module'

interface RequestQueue {
  throttledUntil: number
  readonly pending: readonly unknown[]
  scheduleCheckPendingRequests: (() => void) & { readonly isMended?: boolean }
}

/** Between two looks at a queue that is empty. What is sent then goes out at once, and does not wait for a look. */
const IDLE_MS = 100

/**
 * kafkajs 2.2.4 says "not throttled" with the moment -1, and looks at an empty queue again after "-1 minus now": Node makes
 * that a millisecond, for ever and for every connection, and Node 24 prints a TimeoutNegativeWarning at every start
 * (https://github.com/tulios/kafkajs/issues/1751). While it computes that time it is told a moment that is ahead.
 */
export function mendThrottleTimer(): void {
  const required: unknown = createRequire(import.meta.url)('kafkajs/src/network/requestQueue')
  const { prototype } = required as { readonly prototype: RequestQueue }
  const schedule = prototype.scheduleCheckPendingRequests
  if (schedule.isMended === true) return
  function scheduleAhead(this: RequestQueue): void {
    const moment = this.throttledUntil
    if (this.pending.length === 0) this.throttledUntil = Math.max(moment, Date.now() + IDLE_MS)
    schedule.call(this)
    this.throttledUntil = moment
  }
  prototype.scheduleCheckPendingRequests = Object.assign(scheduleAhead, { isMended: true })
}
