import type { PermissionDefinition } from '@parley/core'

/** No role of a tenant has any of these: they belong to those who run the installation. */
export const permissions = [
  { key: 'platform.summary.read', summary: 'See how the installation is: counts, health, lag.', roles: [] },
  { key: 'platform.tenants.read', summary: 'See all tenants and the plugins they have.', roles: [] },
  { key: 'platform.tenants.write', summary: 'Make tenants, change their plan, suspend them.', roles: [] },
  { key: 'platform.plugins.write', summary: 'Switch plugins on and off for any tenant.', roles: [] },
  { key: 'platform.settings.read', summary: 'See the settings that hold for all tenants.', roles: [] },
  { key: 'platform.settings.write', summary: 'Change the settings that hold for all tenants.', roles: [] },
] as const satisfies readonly PermissionDefinition[]
