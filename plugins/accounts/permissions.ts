import type { PermissionDefinition } from '@parley/core'

/** What may be asked of this room's routes. What everybody may do with their own account needs no permission. */
export const permissions = [
  { key: 'team.read', summary: 'See the team, its members and groups.', roles: ['admin', 'agent', 'viewer'] },
  { key: 'team.write', summary: 'Change the team and its groups.', roles: ['admin'] },
  { key: 'team.members', summary: 'Invite members, change their roles and remove them.', roles: ['admin'] },
  { key: 'team.activity', summary: 'See who did what in the team.', roles: ['admin'] },
  { key: 'roles.read', summary: 'See roles and the permission matrix.', roles: ['admin', 'agent', 'viewer'] },
  { key: 'roles.write', summary: 'Make and change roles, with no more rights than one has.', roles: ['admin'] },
  { key: 'platform.users.read', summary: 'See everybody who may sign in here.', roles: [] },
  { key: 'platform.users.write', summary: 'Shut, open and end accounts.', roles: [] },
] as const satisfies readonly PermissionDefinition[]
