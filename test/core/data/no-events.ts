import type { EventAppender } from '../../../core/events/appender.ts'

/** For suites about rows: nothing may be published. */
export const noEvents: EventAppender = {
  prepare: () => {
    throw new Error('this suite publishes no events')
  },
  append: () => Promise.reject(new Error('this suite publishes no events')),
  committed() {},
}
