import { applyToDefaults } from '@hapi/hoek'
import { reasonsOf } from '../config/reasons.ts'
import { fromEnvironment } from '../config/room-settings.ts'
import { ParleyError } from '../plugin/errors.ts'
import type { PluginRecord } from './record.ts'

/**
 * A plugin's app settings by its own schema: what the environment sets under its name (`WHATSAPP_MESSAGES_PER_SECOND`) over
 * what `config/` gives. Throws `plugin.settings` naming every field that is wrong, never its value.
 */
export function appSettings(record: PluginRecord, environment: Readonly<Record<string, string | undefined>>): unknown {
  const schema = record.plugin?.manifest.settings?.app
  if (schema === undefined) {
    if (record.rawSettings === undefined) return {}
    throw new ParleyError('plugin.settings', 'the configuration has settings for it, and it takes none')
  }
  const prefix = record.id.replaceAll('-', '_').toUpperCase()
  const own = applyToDefaults(record.rawSettings ?? {}, fromEnvironment(prefix, schema, environment))
  const given = record.as === undefined ? own : { ...own, as: record.as }
  const { value, error } = schema.validate(given, { abortEarly: false })
  if (error) throw new ParleyError('plugin.settings', `its settings are not right: ${reasonsOf(error).join('; ')}`)
  return value
}
