import type { PermissionDefinition } from '@parley/core'

export const permissions = [
  {
    key: 'consent.read',
    summary: 'See who agreed to messages, who did not, and how that is known.',
    roles: ['admin', 'agent', 'viewer'],
  },
  { key: 'consent.write', summary: "Write down a person's wish about messages.", roles: ['admin', 'agent'] },
] as const satisfies readonly PermissionDefinition[]
