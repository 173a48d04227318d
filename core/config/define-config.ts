import type { PluginEntry } from '../kernel/discover.ts'
import type { Kernel } from '../kernel/kernel.ts'

/** The default export of `config/index.ts`: what this installation is made of. */
export interface ParleyConfig {
  /** The allow-list. Nothing else is ever loaded. */
  readonly plugins: readonly PluginEntry[]
  /** Runs after a boot that is ready: seeds a demo tenant and says where to click. Lines it returns are printed. */
  readonly demo?: (kernel: Kernel) => Promise<readonly string[]>
}

export function defineConfig(config: ParleyConfig): ParleyConfig {
  return config
}
