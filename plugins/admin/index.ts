import { audit, database, definePlugin, planTiers, platform, provide, tenantRegistry } from '@parley/core'
import { permissions } from './permissions.ts'
import { adminRoutes } from './routes/index.ts'

/** The installation, for those who run it: tenants, plugins and settings across tenants. A tenant's own admin uses `/api/admin`. */
export default definePlugin({
  manifest: { permissions, provides: [planTiers] },
  deps: { audit, database, platform, tenants: tenantRegistry },
  register: (parts) => ({
    providers: [
      provide(planTiers, {
        value: { tierOf: async (tenantId) => (await parts.tenants.find(tenantId))?.plan ?? 'free' },
      }),
    ],
    routes: adminRoutes(parts),
  }),
})
