import { type ErasureCounts, ParleyError, type UnitOfWork } from '@parley/core'
import type { Parts } from '../context.ts'
import { deleteUser } from '../members/end-account.ts'
import { User } from '../models/user.ts'

/** Ends the account, in a platform transaction; whoever alone owns a tenant has to hand it over first. */
export async function eraseAccount(
  uow: UnitOfWork,
  parts: Pick<Parts, 'clock' | 'standings' | 'audit'>,
  userId: string,
): Promise<ErasureCounts> {
  // The tenants' logs, which are without the name by now, are told of the end under none.
  await User.in(uow).where('id', userId).patch({ name: '' })
  const ended = await deleteUser(uow, parts, { kind: 'system', id: 'privacy' }, userId)
  if (ended.ok) return { erased: { accounts: 1 } }
  if (ended.reason === 'user-not-found') return { erased: { accounts: 0 } }
  throw new ParleyError(`accounts.${ended.reason}`, ended.detail)
}
