import type { PluginEntry } from '../kernel/discover.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { KernelSettings } from './settings.ts'

/** What `parley start` adds for somebody who tries it: vendors to speak to, and a tenant that is set up. */
export interface Demo {
  /** App settings by the `use` of a plugin, laid over those of the allow-list before the boot. */
  readonly settings: Readonly<Record<string, object>>
  /** Runs after a boot that is ready, on every start; the lines it returns are printed. */
  seed(kernel: Kernel): Promise<readonly string[]>
  /** After the kernel has stopped. */
  stop(): Promise<void>
}

/** The default export of `config/index.ts`: what this installation is made of. */
export interface ParleyConfig {
  /** The allow-list. Nothing else is ever loaded. */
  readonly plugins: readonly PluginEntry[]
  readonly demo?: (settings: KernelSettings) => Promise<Demo | undefined>
}

export function defineConfig(config: ParleyConfig): ParleyConfig {
  return config
}

/** The configuration with the demo's settings laid over its own. */
export function withDemo(config: ParleyConfig, demo: Demo | undefined): ParleyConfig {
  const over = demo?.settings ?? {}
  const plugins = config.plugins.map((entry) =>
    over[entry.use] === undefined ? entry : { ...entry, settings: { ...(entry.settings ?? {}), ...over[entry.use] } },
  )
  return { ...config, plugins }
}
