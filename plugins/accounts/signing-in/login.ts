import { type Result, refuse } from '@parley/core'
import type { Client, Parts } from '../context.ts'
import { User } from '../models/user.ts'
import { PLATFORM } from '../platform.ts'
import { type SignedIn, type SignInRefusal, signIn } from './sign-in.ts'
import { userByEmail } from './users.ts'

export interface LoginCall {
  readonly email: string
  readonly password: string
  readonly tenantId?: string
  readonly client: Client
}

export type LoginRefusal = 'login-refused' | SignInRefusal

/**
 * Email and password. Whoever gets either wrong learns nothing of the other: an unknown address, a wrong password, an account
 * without one and one that is disabled have the same answer after the same work.
 */
export async function login(parts: Parts, call: LoginCall): Promise<Result<SignedIn, LoginRefusal>> {
  const { database, passwords } = parts
  const found = await database.transaction(PLATFORM, (uow) => userByEmail(uow, call.email))
  const usable = found?.status === 'active' ? found : undefined
  const verdict = await passwords.verify(call.password, usable?.password_hash ?? null)
  if (usable === undefined || !verdict.ok) return refuse('login-refused', 'The email address or the password is wrong.')
  const renewed = verdict.outdated ? await passwords.hash(call.password) : undefined
  return database.transaction(PLATFORM, async (uow) => {
    // Only over the hash that was checked: a password that was changed meanwhile stays changed.
    if (renewed !== undefined)
      await User.in(uow)
        .where({ id: usable.id, password_hash: usable.password_hash })
        .patch({ password_hash: renewed, updated_at: parts.clock.now() })
    return signIn(uow, parts, { user: usable, method: 'password', ...call })
  })
}
