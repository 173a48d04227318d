import type { PermissionDefinition } from '../../plugin/plugin.ts'

/** What may be asked of the routes under `/api/admin`. */
export const adminPermissions = [
  { key: 'admin.plugins.read', summary: 'See plugins, their state and their settings.' },
  { key: 'admin.plugins.write', summary: 'Switch plugins on and off, and change their settings.' },
  { key: 'admin.events.read', summary: 'See dead letters and how far behind handlers are.' },
  { key: 'admin.events.write', summary: 'Replay and discard dead letters.' },
  { key: 'admin.webhooks.read', summary: 'See the calls that vendors made.' },
  { key: 'admin.webhooks.write', summary: 'Take a kept call in again.' },
] as const satisfies readonly PermissionDefinition[]
