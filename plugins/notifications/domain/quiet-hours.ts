import { DateTime } from 'luxon'

/** Times of day as `22:00`; `to` before `from` is on the next day. */
export interface QuietHours {
  readonly from: string
  readonly to: string
}

export type Digest = 'none' | 'hourly' | 'daily'

export interface Rhythm {
  /** IANA. */
  readonly zone: string
  readonly quiet: QuietHours | null
  readonly digest: Digest
  /** Of the daily one. */
  readonly digestAt: string
}

/**
 * When a mail about something that happens now goes out: at once, or with the next digest; and never in quiet hours, but
 * when they end. Times of day are those of the person's zone, so they move with daylight saving.
 */
export function mailTime(now: Date, rhythm: Rhythm): Date {
  const here = DateTime.fromJSDate(now, { zone: rhythm.zone })
  return afterQuiet(digestTime(here, rhythm), rhythm.quiet).toJSDate()
}

function digestTime(now: DateTime, { digest, digestAt }: Rhythm): DateTime {
  if (digest === 'none') return now
  if (digest === 'hourly') return now.startOf('hour').plus({ hours: 1 })
  const today = at(now, digestAt)
  return today > now ? today : at(now.plus({ days: 1 }), digestAt)
}

function afterQuiet(moment: DateTime, quiet: QuietHours | null): DateTime {
  if (quiet === null || quiet.from === quiet.to) return moment
  // Quiet hours that began yesterday may still last.
  for (const day of [moment.minus({ days: 1 }), moment]) {
    const from = at(day, quiet.from)
    const to = quiet.to > quiet.from ? at(day, quiet.to) : at(day.plus({ days: 1 }), quiet.to)
    if (moment >= from && moment < to) return to
  }
  return moment
}

function at(day: DateTime, time: string): DateTime {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return day.startOf('day').set({ hour, minute })
}
