import { type SecretsSource, secretsSource } from '../contracts/ports/secrets-source.ts'
import { ParleyError } from '../plugin/errors.ts'
import { portName } from '../plugin/port.ts'
import { environmentSource, fileSource } from '../secrets/sources/built-in.ts'
import { appSettings } from './app-settings.ts'
import { discover, type PluginEntry } from './discover.ts'
import { kernelVersion } from './kernel-version.ts'
import { loadPlugin } from './load.ts'

/**
 * A source of secrets before anything runs: one of the kernel's own, or what the configured adapter of that id provides. The
 * adapter is registered once more when the kernel boots; it holds nothing but its settings.
 *
 * @throws ParleyError `config.secrets` when the adapter needs other plugins
 */
export async function earlySource(
  key: string,
  options: {
    readonly plugins: readonly PluginEntry[]
    readonly root: string
    readonly env: Readonly<Record<string, string | undefined>>
  },
): Promise<SecretsSource | undefined> {
  if (key === 'environment') return environmentSource(options.env)
  if (key === 'file') return fileSource()
  const record = discover(options.plugins, options.root, kernelVersion).find(({ id }) => id === key)
  if (record === undefined) return undefined
  record.plugin = await loadPlugin(record)
  if (Object.keys(record.plugin.deps).length > 0) {
    throw new ParleyError('config.secrets', `${key} needs other plugins, so no setting of the kernel can come from it`)
  }
  const { providers = [] } = await record.plugin.register({}, appSettings(record, options.env))
  const found = providers.find((provider) => portName(provider.port) === portName(secretsSource))
  return found?.value as SecretsSource | undefined
}
