import type { PermissionDefinition } from '../plugin/plugin.ts'

export const connectionPermissions = [
  {
    key: 'connections.read',
    summary: 'See connections and webhook endpoints, never their secrets.',
    roles: ['admin', 'agent'],
  },
  {
    key: 'connections.write',
    summary: 'Connect, change, test and remove accounts and webhook endpoints.',
    roles: ['admin'],
  },
] as const satisfies readonly PermissionDefinition[]
