import type { TenantPlugins } from './tenant-plugins.ts'

export interface GateOptions {
  readonly tenants: Pick<TenantPlugins, 'of'>
  readonly started: (pluginId: string) => boolean
  readonly enabledByDefault: (pluginId: string) => boolean
}

export type Gate = (pluginId: string, tenantId: string) => Promise<boolean>

/** The kernel's own routes and handlers are nobody's to switch off. */
export const KERNEL_ID = 'parley'

/**
 * The one question before HTTP, events, jobs and provider selection: is the plugin started, and enabled for the tenant?
 * With an empty tenant id (public routes): is it started?
 */
export function createGate(options: GateOptions): Gate {
  return async (pluginId, tenantId) => {
    if (pluginId === KERNEL_ID) return true
    if (!options.started(pluginId)) return false
    if (tenantId === '') return true
    const plugins = await options.tenants.of(tenantId)
    return plugins.get(pluginId)?.enabled ?? options.enabledByDefault(pluginId)
  }
}
