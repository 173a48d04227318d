import { DateTime } from 'luxon'

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

/** `09:00` to `17:30`, by the wall clock. `to` before or at `from` runs past midnight; `24:00` is the day's end. */
export interface OpenSpan {
  readonly from: string
  readonly to: string
}

export interface BusinessHours {
  /** IANA name: `Europe/Berlin`. */
  readonly timeZone: string
  /** A day that is absent or empty is closed. With no open day at all the tenant keeps no hours and is always open. */
  readonly weekly: Readonly<Partial<Record<Weekday, readonly OpenSpan[]>>>
  /** Local dates, `2026-12-25`: closed, whatever the weekday. */
  readonly holidays: readonly string[]
}

/** By the wall clock in the tenant's zone, so that a change of summer time moves nothing. */
export function isOpen(hours: BusinessHours, now: Date): boolean {
  if (!WEEKDAYS.some((day) => (hours.weekly[day] ?? []).length > 0)) return true
  const local = DateTime.fromJSDate(now, { zone: hours.timeZone })
  const minute = local.hour * 60 + local.minute
  const today = spansOf(hours, local).some(([from, to]) => (to > from ? minute >= from && minute < to : minute >= from))
  return today || spansOf(hours, local.minus({ days: 1 })).some(([from, to]) => to <= from && minute < to)
}

function spansOf(hours: BusinessHours, day: DateTime): readonly (readonly [number, number])[] {
  if (hours.holidays.includes(day.toFormat('yyyy-MM-dd'))) return []
  const name = WEEKDAYS[day.weekday - 1]
  return (name === undefined ? [] : (hours.weekly[name] ?? [])).map((span) => [minutes(span.from), minutes(span.to)])
}

function minutes(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
}
