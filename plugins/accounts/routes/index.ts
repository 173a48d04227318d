import type { Route } from '@parley/core'
import type { Parts } from '../context.ts'
import { loginRoutes } from './login.ts'
import { logoutRoutes } from './logout.ts'
import { meRoutes } from './me.ts'
import { passwordRoutes } from './passwords.ts'
import { refreshRoutes } from './refresh.ts'
import { registerRoute } from './register.ts'
import { sessionRoutes } from './sessions.ts'
import { twoFactorRoutes } from './two-factor.ts'
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
  ]
}
