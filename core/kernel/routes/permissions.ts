import type { PermissionDefinition } from '../../plugin/plugin.ts'

/** What may be asked of the routes under `/api/admin`. */
export const adminPermissions = [
  { key: 'admin.plugins.read', summary: 'See plugins, their state and their settings.', roles: ['admin'] },
  { key: 'admin.plugins.write', summary: 'Switch plugins on and off, and change their settings.', roles: ['admin'] },
  { key: 'admin.events.read', summary: 'See dead letters and how far behind handlers are.', roles: ['admin'] },
  { key: 'admin.events.write', summary: 'Replay and discard dead letters.', roles: ['admin'] },
  { key: 'admin.webhooks.read', summary: 'See the calls that vendors made.', roles: ['admin'] },
  { key: 'admin.webhooks.write', summary: 'Take a kept call in again.', roles: ['admin'] },
] as const satisfies readonly PermissionDefinition[]
