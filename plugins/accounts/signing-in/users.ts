import { newId, type UnitOfWork } from '@parley/core'
import { normaliseEmail } from '../domain/email.ts'
import { User } from '../models/user.ts'

export interface NewUser {
  readonly email: string
  readonly name: string
  readonly locale: string
  readonly timeZone: string
  readonly passwordHash: string | null
  readonly emailVerified: boolean
}

export async function userByEmail(uow: UnitOfWork, email: string): Promise<User | undefined> {
  return User.in(uow).findOne({ email_norm: normaliseEmail(email) })
}

/** `undefined` when the address is taken; two who register it at once cannot both have it. */
export async function createUser(uow: UnitOfWork, wanted: NewUser, now: Date): Promise<string | undefined> {
  const id = newId()
  await User.in(uow)
    .insert({
      ...{ id, email: wanted.email.trim(), email_norm: normaliseEmail(wanted.email), name: wanted.name },
      ...{ locale: wanted.locale, time_zone: wanted.timeZone, status: 'active' as const },
      password_hash: wanted.passwordHash,
      password_changed_at: wanted.passwordHash === null ? null : now,
      email_verified_at: wanted.emailVerified ? now : null,
      ...{ created_at: now, updated_at: now },
    })
    .onConflict(['tenant_id', 'email_norm'])
    .ignore()
  // An insert that was passed over reports nothing that could be relied on.
  return (await User.in(uow).findOne({ id }).select('id'))?.id
}
