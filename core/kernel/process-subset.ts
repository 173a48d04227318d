import { ParleyError } from '../plugin/errors.ts'
import type { PluginRecord } from './record.ts'

/** Of all that is installed, what this process runs (`PLUGINS`). Throws `config.plugins-unknown` naming ids that are not there. */
export function processSubset(
  records: readonly PluginRecord[],
  wanted: readonly string[] | undefined,
): readonly PluginRecord[] {
  if (wanted === undefined) return records
  const known = new Set(records.map((record) => record.id))
  const unknown = wanted.filter((id) => !known.has(id))
  if (unknown.length > 0) {
    throw new ParleyError(
      'config.plugins-unknown',
      `PLUGINS names ${unknown.join(', ')}, which the configuration does not have; it has ${[...known].join(', ') || 'none'}`,
    )
  }
  return records.filter((record) => wanted.includes(record.id))
}
