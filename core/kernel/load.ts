import { pathToFileURL } from 'node:url'
import { ParleyError } from '../plugin/errors.ts'
import type { Plugin } from '../plugin/plugin.ts'
import type { PluginRecord } from './record.ts'
import { shapeProblems } from './shape.ts'

/** Imports a plugin's entry file. Throws `plugin.malformed` saying all that is wrong with its default export. */
export async function loadPlugin(record: PluginRecord): Promise<Plugin> {
  const entry = record.package?.entry
  if (entry === undefined) throw new ParleyError('plugin.malformed', `${record.use} has no entry file`)
  const module: { readonly default?: unknown } = await import(pathToFileURL(entry).href)
  const problems = [...shapeProblems(module.default)]
  const plugin = module.default as Plugin
  if (problems.length === 0 && record.package?.kind === 'adapter' && plugin.manifest.migrations !== undefined) {
    problems.push('an adapter has no tables, so it has no migrations')
  }
  if (problems.length > 0) {
    throw new ParleyError('plugin.malformed', `${entry} does not export a plugin: ${problems.join('; ')}`)
  }
  return plugin
}
