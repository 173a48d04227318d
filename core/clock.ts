import type { Clock } from './plugin/services.ts'

/** The machine's time. */
export const systemClock: Clock = {
  now: () => new Date(),
  millis: () => Date.now(),
}
