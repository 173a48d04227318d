import type { FeatureFlags } from '../contracts/ports/feature-flags.ts'
import type { TenantPlugins } from './tenant-plugins.ts'

export interface GateOptions {
  readonly tenants: Pick<TenantPlugins, 'of'>
  readonly started: (pluginId: string) => boolean
  readonly enabledByDefault: (pluginId: string) => boolean
  readonly flags: Pick<FeatureFlags, 'isOn'>
  /** The flag that the plugin as a whole hangs on. */
  readonly flagOf: (pluginId: string) => string | undefined
}

/** @param flag of the one route or handler that is asked for */
export type Gate = (pluginId: string, tenantId: string, flag?: string) => Promise<boolean>

/** The kernel's own routes and handlers are nobody's to switch off. */
export const KERNEL_ID = 'parley'

/**
 * The one question before HTTP, events, jobs and provider selection: is the plugin started, enabled for the tenant, and are
 * the flags on that it and the route or handler hang on? With an empty tenant id (public routes): is it started, and is the
 * route's own flag on for nobody in particular? A plugin's flag is a question about a tenant, and waits until there is one.
 */
export function createGate(options: GateOptions): Gate {
  const { started, tenants, enabledByDefault, flags, flagOf } = options
  const isOn = (flag: string | undefined, tenantId: string) => flag === undefined || flags.isOn(flag, tenantId)
  return async (pluginId, tenantId, flag) => {
    if (pluginId === KERNEL_ID) return true
    if (!started(pluginId)) return false
    if (tenantId === '') return isOn(flag, '')
    const plugins = await tenants.of(tenantId)
    if (!(plugins.get(pluginId)?.enabled ?? enabledByDefault(pluginId))) return false
    return (await isOn(flagOf(pluginId), tenantId)) && isOn(flag, tenantId)
  }
}
