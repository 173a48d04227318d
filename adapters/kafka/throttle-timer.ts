import { createRequire } from 'node:module'

interface RequestQueue {
  throttledUntil: number
  scheduleCheckPendingRequests: (() => void) & { readonly isMended?: boolean }
}

/**
 * kafkajs 2.2.4 says "not throttled" with the moment -1, and sets a timer for "-1 minus now": harmless, but Node 24 prints
 * a TimeoutNegativeWarning for it at every start (https://github.com/tulios/kafkajs/issues/1751). While it computes that
 * time it is told the next millisecond instead, which is what Node makes of it anyway.
 */
export function mendThrottleTimer(): void {
  const required: unknown = createRequire(import.meta.url)('kafkajs/src/network/requestQueue')
  const { prototype } = required as { readonly prototype: RequestQueue }
  const schedule = prototype.scheduleCheckPendingRequests
  if (schedule.isMended === true) return
  function scheduleNotBeforeNow(this: RequestQueue): void {
    const moment = this.throttledUntil
    this.throttledUntil = Math.max(moment, Date.now() + 2)
    schedule.call(this)
    this.throttledUntil = moment
  }
  prototype.scheduleCheckPendingRequests = Object.assign(scheduleNotBeforeNow, { isMended: true })
}
