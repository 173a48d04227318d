import { ParleyError } from '../plugin/errors.ts'
import type { PluginRecord } from './record.ts'

/**
 * Of all that is installed, what this process runs (`PLUGINS`): the ids named, or with a minus before each all but these.
 * Throws `config.plugins-unknown` naming ids that are not there, and `config.plugins-mixed` when only some have a minus.
 */
export function processSubset(
  records: readonly PluginRecord[],
  wanted: readonly string[] | undefined,
): readonly PluginRecord[] {
  if (wanted === undefined) return records
  const isWithout = wanted.every((id) => id.startsWith('-'))
  if (!isWithout && wanted.some((id) => id.startsWith('-'))) {
    throw new ParleyError(
      'config.plugins-mixed',
      `PLUGINS: expected a minus before every id or before none, got ${wanted.join(',')}`,
    )
  }
  const named = isWithout ? wanted.map((id) => id.slice(1)) : wanted
  const known = new Set(records.map((record) => record.id))
  const unknown = named.filter((id) => !known.has(id))
  if (unknown.length > 0) {
    throw new ParleyError(
      'config.plugins-unknown',
      `PLUGINS names ${unknown.join(', ')}, which the configuration does not have; it has ${[...known].join(', ') || 'none'}`,
    )
  }
  return records.filter((record) => named.includes(record.id) !== isWithout)
}
