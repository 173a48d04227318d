import { ParleyError } from '../../core/plugin/errors.ts'

/** The release lines of Apache Kafka that Parley is tested with, and the newest release of each that Maven Central has. */
export const RELEASES: Readonly<Record<string, string>> = { '4.1': '4.1.2', '3.9': '3.9.2' }

/**
 * The exact release: of a line (`3.9`, `3.9.x`) the newest that is known, `4.1` when nothing is asked for.
 *
 * @throws ParleyError `kafka.version` for anything else than a line of the table or `major.minor.patch`
 */
export function kafkaVersion(wanted = '4.1'): string {
  const newest = RELEASES[wanted.replace(/\.x$/, '')]
  if (newest !== undefined) return newest
  if (/^\d+\.\d+\.\d+$/.test(wanted)) return wanted
  const lines = Object.keys(RELEASES).join(' or ')
  throw new ParleyError('kafka.version', `KAFKA_VERSION is "${wanted}"; expected ${lines}, or a release such as 4.1.2.`)
}
