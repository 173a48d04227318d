import type { PermissionDefinition } from '../plugin/plugin.ts'

export const accessPermissions = [
  { key: 'api-keys.read', summary: 'See API keys, never the keys themselves.', roles: ['admin'] },
  { key: 'api-keys.write', summary: 'Make and revoke API keys, with no more rights than one has.', roles: ['admin'] },
] as const satisfies readonly PermissionDefinition[]
