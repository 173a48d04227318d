import type { IncomingHttpHeaders } from 'node:http'
import { asList, asNumber, asRecord } from './json.ts'

/** How near we are to Graph's limits. */
export interface GraphUsage {
  /** The highest of all percentages it told. */
  readonly percent: number
  /** How long Graph says to stay away; 0 while it says nothing. */
  readonly regainMs: number
}

const MINUTE = 60_000

/**
 * `X-Business-Use-Case-Usage: {"<business id>":[{type, call_count, total_cputime, total_time, estimated_time_to_regain_access}]}`
 * (percentages; the time in minutes) and `X-App-Usage: {call_count, total_time, total_cputime}`. Absent on most answers.
 */
export function usageOf(headers: IncomingHttpHeaders): GraphUsage | undefined {
  const business = header(headers, 'x-business-use-case-usage')
  const app = header(headers, 'x-app-usage')
  if (business === undefined && app === undefined) return undefined
  const rows = [app, ...Object.values(business ?? {}).flatMap(asList)].map(asRecord)
  let percent = 0
  let regainMs = 0
  for (const row of rows) {
    if (row === undefined) continue
    for (const field of ['call_count', 'total_time', 'total_cputime'])
      percent = Math.max(percent, asNumber(row[field]) ?? 0)
    regainMs = Math.max(regainMs, (asNumber(row.estimated_time_to_regain_access) ?? 0) * MINUTE)
  }
  return { percent, regainMs }
}

/** `Retry-After` in seconds, as milliseconds. */
export function retryAfterOf(headers: IncomingHttpHeaders): number | undefined {
  const seconds = asNumber(headers['retry-after'])
  return seconds === undefined || seconds < 0 ? undefined : seconds * 1000
}

function header(headers: IncomingHttpHeaders, name: string): Readonly<Record<string, unknown>> | undefined {
  const text = headers[name]
  if (typeof text !== 'string') return undefined
  try {
    return asRecord(JSON.parse(text))
  } catch {
    return undefined // A hint we cannot read is no hint.
  }
}
