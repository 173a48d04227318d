import { accessPermissions } from '../../access/permissions.ts'
import { apiKeyRoutes } from '../../access/routes.ts'
import { auditPermissions, auditRoutes } from '../../audit/index.ts'
import { connectionPermissions } from '../../connections/permissions.ts'
import { connectionRoutes } from '../../connections/routes/index.ts'
import { type Channel, channel } from '../../contracts/ports/channel.ts'
import { asyncApiRoute } from '../../http/asyncapi/route.ts'
import { webhookRoutes } from '../../http/intake/routes.ts'
import type { PermissionDefinition } from '../../plugin/plugin.ts'
import type { Selector } from '../../plugin/port.ts'
import type { Route } from '../../plugin/route.ts'
import type { Clock } from '../../plugin/services.ts'
import { privacyPermissions, privacyRoutes } from '../../privacy/index.ts'
import { providerKeyPermissions, providerKeyRoutes } from '../../provider-keys/routes.ts'
import { keyPermissions, keyRoutes } from '../../secrets/index.ts'
import { kernelVersion } from '../kernel-version.ts'
import type { PluginAdmin } from '../plugin-admin.ts'
import { publishersOf } from '../published.ts'
import type { PluginRecord } from '../record.ts'
import type { Rooms } from '../rooms.ts'
import type { Web } from '../web.ts'
import { deadJobRoutes } from './dead-jobs.ts'
import { deadLetterRoutes } from './dead-letters.ts'
import { lagRoute } from './lag.ts'
import { ownSettingsRoutes } from './own-settings.ts'
import { adminPermissions } from './permissions.ts'
import { pluginSettingsRoutes } from './plugin-settings.ts'
import { pluginRoutes } from './plugins.ts'
import { providerRoutes } from './providers.ts'

/** All that may be asked of the kernel's own routes. */
export const kernelPermissions: readonly PermissionDefinition[] = [
  ...adminPermissions,
  ...accessPermissions,
  ...connectionPermissions,
  ...auditPermissions,
  ...keyPermissions,
  ...providerKeyPermissions,
  ...privacyPermissions,
]

export interface KernelRouteParts {
  readonly admin: PluginAdmin
  readonly rooms: Rooms
  readonly web: Web
  readonly records: readonly PluginRecord[]
  readonly clock: Clock
  /** Longest that a vendor may take to check a credential. */
  readonly testTimeoutMs: number
}

/** What the kernel itself serves; defined like everybody's. */
export function kernelRoutes({ admin, rooms, web, records, clock, testTimeoutMs }: KernelRouteParts): readonly Route[] {
  const { database, connections, apiKeys, engine, jobs, providers, choice } = rooms
  const channels = providers.selector(channel) as Selector<Channel>
  return [
    ...pluginRoutes(admin),
    ...pluginSettingsRoutes(admin),
    ...ownSettingsRoutes(admin),
    ...providerRoutes({ providers, choice }),
    ...deadLetterRoutes(engine.dead),
    ...deadJobRoutes(jobs.dead),
    lagRoute(engine),
    asyncApiRoute({
      info: { title: 'Parley', version: kernelVersion },
      types: () => rooms.registry.all(),
      publishers: () => publishersOf(records),
      channels: () => engine.channels(),
    }),
    ...webhookRoutes({
      ...{ log: web.webhookLog, replay: web.replay, database, audit: rooms.audit.log },
      endpointOf: async (tenantId, id) => (await connections.get(tenantId, id))?.endpointId ?? undefined,
    }),
    ...auditRoutes(rooms.audit),
    ...providerKeyRoutes({ ...rooms.providerKeys, database, audit: rooms.audit.log }),
    ...privacyRoutes(rooms.privacy.requests),
    ...keyRoutes({ keys: rooms.keys.admin, database, audit: rooms.audit.log }),
    ...apiKeyRoutes({ keys: apiKeys, database, clock, audit: rooms.audit.log }),
    ...connectionRoutes({
      store: connections,
      database,
      audit: rooms.audit.log,
      testTimeoutMs,
      channel: (provider) => channels.byKey(provider),
      receiver: (adapter) => web.receivers.get(adapter),
    }),
  ]
}
