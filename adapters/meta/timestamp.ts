import { asNumber } from './json.ts'

/** Seconds reach this in the year 33658, milliseconds did in 2001. */
const FIRST_MILLIS = 1_000_000_000_000
const LAST_MILLIS = Date.UTC(9999, 11, 31)

/**
 * A vendor's time. Documented as seconds in a string; numbers and milliseconds are seen in the wild (nyaruka/courier logs
 * them). `undefined` when it is no time at all.
 */
export function vendorTime(value: unknown): Date | undefined {
  const number = asNumber(value)
  if (number === undefined || number <= 0) return undefined
  const millis = number >= FIRST_MILLIS ? number : number * 1000
  return millis <= LAST_MILLIS ? new Date(millis) : undefined
}
