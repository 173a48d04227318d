import type { PermissionDefinition } from '@parley/core'

/** Definitions are the platform's: only those who run the installation see and change them. Values are for everybody inside. */
export const permissions = [
  { key: 'admin.flags.read', summary: 'See flags, segments, and who changed them.', roles: [] },
  { key: 'admin.flags.write', summary: 'Make, change and remove flags and segments, for all tenants.', roles: [] },
  { key: 'flags.evaluate', summary: 'Learn what flags say for the own tenant.', roles: ['admin', 'agent', 'viewer'] },
] as const satisfies readonly PermissionDefinition[]
