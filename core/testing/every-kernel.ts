import { basename } from 'node:path'
import type { PluginEntry } from '../kernel/discover.ts'

export interface EveryKernel {
  readonly plugins: readonly PluginEntry[]
  readonly env: Readonly<Record<string, string>>
}

/**
 * What every test kernel gets besides what its test asks for, so that a suite can be run over another carrier unchanged:
 * `PARLEY_TEST_PLUGINS` names folders with commas between, and the settings of their plugins (`KAFKA_…`) are inherited from
 * the environment. A test that brings the plugin itself brings its settings too; a kernel without plugins stays without.
 */
export function everyKernel(
  own: readonly PluginEntry[],
  environment: Readonly<Record<string, string | undefined>>,
): EveryKernel {
  const wanted = (environment.PARLEY_TEST_PLUGINS ?? '').split(',').filter((folder) => folder !== '')
  if (own.length === 0) return { plugins: [], env: {} }
  const names = new Set(own.map(({ use }) => basename(use)))
  const added = wanted.filter((folder) => !names.has(basename(folder)))
  const prefixes = added.map((folder) => `${basename(folder).replaceAll('-', '_').toUpperCase()}_`)
  const inherited = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && prefixes.some((prefix) => entry[0].startsWith(prefix)),
  )
  return { plugins: added.map((use) => ({ use })), env: Object.fromEntries(inherited) }
}
