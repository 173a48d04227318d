import type { UnitOfWork } from '@parley/core'
import type { Parts } from '../context.ts'
import { Session } from '../models/session.ts'

/** Why a session ended before its time. */
export type EndReason =
  | 'signed-out'
  | 'refresh-reused'
  | 'password-changed'
  | 'password-reset'
  | 'account-taken-over'
  | 'account-disabled'

/** Which of them: one, all of a person, or all of a person but the one that asks. */
export interface Which {
  readonly id?: string
  readonly userId?: string
  readonly butId?: string
}

/** Ends sessions: their refresh tokens are dead with this transaction, their access tokens here at once, elsewhere within a second. */
export async function endSessions(
  uow: UnitOfWork,
  { clock, standings }: Pick<Parts, 'clock' | 'standings'>,
  which: Which,
  reason: EndReason,
): Promise<number> {
  const sessions = Session.in(uow).patch({ revoked_at: clock.now(), revoked_for: reason }).whereNull('revoked_at')
  if (which.id !== undefined) sessions.where('id', which.id)
  if (which.userId !== undefined) sessions.where('user_id', which.userId)
  if (which.butId !== undefined) sessions.whereNot('id', which.butId)
  const ended = await sessions.returning('id')
  uow.afterCommit(() => {
    for (const { id } of ended as unknown as readonly Session[]) standings.forget(id)
  })
  return (ended as unknown as readonly Session[]).length
}
