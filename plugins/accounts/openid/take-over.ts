import type { UnitOfWork } from '@parley/core'
import type { Parts } from '../context.ts'
import { record } from '../members/activity.ts'
import { membershipsOf } from '../members/memberships.ts'
import { ExternalAccount, OneTimeToken } from '../models/secrets.ts'
import { User } from '../models/user.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { dropRecoveryCodes } from '../two-factor/recovery-codes.ts'

/**
 * The owner of a mailbox comes to an account that somebody opened in its name and never confirmed. That may have been
 * themselves; it may have been somebody who hoped they would come. So every way in that was there before ends: password,
 * second factor, sessions, links, outside accounts, and the API keys of the teams that the account owns.
 */
export async function takeOver(uow: UnitOfWork, parts: Parts, user: User): Promise<void> {
  const now = parts.clock.now()
  const { id } = user
  await User.in(uow)
    .where('id', id)
    .patch({
      ...{ password_hash: null, password_changed_at: now, email_verified_at: now, updated_at: now },
      ...{ totp_secret: null, totp_enabled_at: null, totp_last_step: null },
    })
  await dropRecoveryCodes(uow, id)
  await OneTimeToken.in(uow).delete().where('user_id', id)
  await ExternalAccount.in(uow).delete().where('user_id', id)
  await endSessions(uow, parts, { userId: id }, 'account-taken-over')
  await uow.trx.raw('select accounts.revoke_keys_of_owner(?, ?)', [id, now])
  const actor = { kind: 'user', id, name: user.name }
  for (const { tenant } of await membershipsOf(uow, id)) {
    await record(uow, parts.clock, { tenantId: tenant, actor, action: 'user.taken-over' })
  }
}
