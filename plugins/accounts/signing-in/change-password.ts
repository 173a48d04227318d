import type { UnitOfWork } from '@parley/core'
import type { Parts } from '../context.ts'
import { queueMail } from '../mail/outgoing.ts'
import { User } from '../models/user.ts'
import { type EndReason, endSessions } from '../sessions/end-sessions.ts'

export interface PasswordChange {
  readonly userId: string
  readonly passwordHash: string
  readonly reason: Extract<EndReason, 'password-changed' | 'password-reset'>
  /** The session that may stay. */
  readonly keep?: string
  readonly base: string
}

/** Stores a new password, ends the other sessions and the links that were out, and tells the person. */
export async function changePassword(uow: UnitOfWork, parts: Parts, change: PasswordChange): Promise<void> {
  const { userId, passwordHash, reason, keep, base } = change
  const now = parts.clock.now()
  await User.in(uow)
    .where('id', userId)
    .patch({ password_hash: passwordHash, password_changed_at: now, updated_at: now })
  await parts.oneTime.withdraw(uow, 'reset-password', userId)
  await parts.oneTime.withdraw(uow, 'second-factor', userId)
  await endSessions(uow, parts, { userId, ...(keep === undefined ? {} : { butId: keep }) }, reason)
  await queueMail(uow, parts, { kind: 'password-changed', userId, base })
}
