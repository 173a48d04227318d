import type { Route } from '@parley/core'
import type { Parts } from '../context.ts'
import { acceptInvitationRoutes } from './accept-invitation.ts'
import { activityRoute } from './activity.ts'
import { groupMemberRoutes } from './group-members.ts'
import { identityRoutes } from './identities.ts'
import { invitationRoutes } from './invitations.ts'
import { loginRoutes } from './login.ts'
import { logoutRoutes } from './logout.ts'
import { meRoutes } from './me.ts'
import { memberRoutes } from './members.ts'
import { moveRoutes } from './move.ts'
import { openIdRoutes } from './openid.ts'
import { openIdCallbackRoutes } from './openid-callback.ts'
import { pageRoutes } from './pages.ts'
import { passwordRoutes } from './passwords.ts'
import { permissionsRoute } from './permission-matrix.ts'
import { platformUserRoutes } from './platform-users.ts'
import { refreshRoutes } from './refresh.ts'
import { registerRoute } from './register.ts'
import { roleRoutes } from './roles.ts'
import { sessionRoutes } from './sessions.ts'
import { teamRoutes } from './team.ts'
import { teamsRoutes } from './teams.ts'
import { twoFactorRoutes } from './two-factor.ts'
import { endTwoFactorRoutes } from './two-factor-end.ts'
import { verifyEmailRoutes } from './verify-email.ts'

export function accountRoutes(parts: Parts): readonly Route[] {
  return [
    registerRoute(parts),
    ...loginRoutes(parts),
    ...refreshRoutes(parts),
    ...logoutRoutes(parts),
    ...passwordRoutes(parts),
    ...verifyEmailRoutes(parts),
    ...meRoutes(parts),
    ...sessionRoutes(parts),
    ...twoFactorRoutes(parts),
    ...endTwoFactorRoutes(parts),
    ...openIdRoutes(parts),
    ...openIdCallbackRoutes(parts),
    ...identityRoutes(parts),
    ...moveRoutes(parts),
    ...teamRoutes(parts),
    ...memberRoutes(parts),
    ...invitationRoutes(parts),
    ...acceptInvitationRoutes(parts),
    ...teamsRoutes(parts),
    ...groupMemberRoutes(parts),
    permissionsRoute(parts),
    ...roleRoutes(parts),
    activityRoute(parts),
    ...platformUserRoutes(parts),
    ...pageRoutes(),
  ]
}
