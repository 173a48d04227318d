import type { PermissionDefinition } from '../plugin/plugin.ts'

export const privacyPermissions = [
  {
    key: 'privacy.read',
    summary: 'See who asked for their data or for its erasure, and how far it is.',
    roles: ['admin'],
  },
  { key: 'privacy.write', summary: "Export and erase customers' data, and fetch exports.", roles: ['admin'] },
  { key: 'platform.privacy.read', summary: 'See exports and erasures of members of staff.', roles: [] },
  { key: 'platform.privacy.write', summary: "Export and erase members of staff's data, and fetch exports.", roles: [] },
] as const satisfies readonly PermissionDefinition[]
