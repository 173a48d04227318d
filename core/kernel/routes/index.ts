import type { Route } from '../../plugin/route.ts'
import type { PluginAdmin } from '../plugin-admin.ts'
import type { Rooms } from '../rooms.ts'
import type { Web } from '../web.ts'
import { pluginSettingsRoutes } from './plugin-settings.ts'
import { pluginRoutes } from './plugins.ts'

/** What the kernel itself serves; defined like everybody's. */
export function kernelRoutes({ admin }: { admin: PluginAdmin; rooms: Rooms; web: Web }): readonly Route[] {
  return [...pluginRoutes(admin), ...pluginSettingsRoutes(admin)]
}
