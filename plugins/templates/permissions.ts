import type { PermissionDefinition } from '@parley/core'

export const permissions = [
  { key: 'templates.read', summary: 'See and preview templates.', roles: ['admin', 'agent', 'viewer'] },
  {
    key: 'templates.write',
    summary: 'Write, change and delete templates, here and at vendors; sync those of channels.',
    roles: ['admin'],
  },
] as const satisfies readonly PermissionDefinition[]
