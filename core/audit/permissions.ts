import type { PermissionDefinition } from '../plugin/plugin.ts'

export const auditPermissions = [
  { key: 'audit.read', summary: 'Search the audit log of the tenant, and verify it.', roles: ['admin'] },
  { key: 'platform.audit.read', summary: 'Search the audit log of the installation, and verify any.', roles: [] },
] as const satisfies readonly PermissionDefinition[]
