import { type Result, refuse, type UnitOfWork } from '@parley/core'
import type { Client, Parts } from '../context.ts'
import { queueMail } from '../mail/outgoing.ts'
import { record } from '../members/activity.ts'
import { PLATFORM } from '../platform.ts'
import { type Grant, openSession } from '../sessions/open-session.ts'
import { foundTenant, type NewBusiness } from './found-tenant.ts'
import { createUser } from './users.ts'

export interface Registration {
  readonly email: string
  readonly password: string
  readonly name: string
  readonly locale: string
  readonly timeZone: string
  readonly business: NewBusiness
  readonly client: Client
  /** Where the link in the mail leads. */
  readonly base: string
}

export interface NewAccount extends Omit<Registration, 'password'> {
  readonly passwordHash: string
}

/** A person, the tenant of their business, their first session and the mail that checks their address: all, or none. */
export async function register(
  parts: Parts,
  { password, ...wanted }: Registration,
): Promise<Result<{ grant: Grant }, 'email-taken'>> {
  const passwordHash = await parts.passwords.hash(password)
  return parts.database.transaction(PLATFORM, async (uow) => {
    const made = await createAccount(uow, parts, { ...wanted, passwordHash })
    if (!made.ok) return made
    const { userId, tenantId } = made
    const session = { userId, tenantId, method: 'password', secondFactor: false, client: wanted.client }
    return { ok: true, grant: await openSession(uow, parts, session) }
  })
}

type AccountParts = Pick<Parts, 'clock' | 'tenants' | 'oneTime' | 'settings' | 'jobs' | 'sealer'>

/** All but the session. */
export async function createAccount(
  uow: UnitOfWork,
  parts: AccountParts,
  { email, name, locale, timeZone, passwordHash, business, client, base }: NewAccount,
): Promise<Result<{ userId: string; tenantId: string }, 'email-taken'>> {
  const person = { email, name, locale, timeZone, passwordHash, emailVerified: false }
  const userId = await createUser(uow, person, parts.clock.now())
  if (userId === undefined) return refuse('email-taken', 'There is an account with this email address.')
  const tenant = await foundTenant(uow, parts, business, userId)
  await sendVerification(uow, parts, userId, base)
  const actor = { kind: 'user', id: userId, name }
  await record(uow, parts.clock, { tenantId: tenant.id, actor, action: 'team.founded', ip: client.ip })
  return { ok: true, userId, tenantId: tenant.id }
}

export async function sendVerification(
  uow: UnitOfWork,
  parts: Pick<Parts, 'oneTime' | 'settings' | 'jobs' | 'sealer'>,
  userId: string,
  base: string,
): Promise<void> {
  const seconds = parts.settings.verifyEmailSeconds
  const { token } = await parts.oneTime.issue(uow, 'verify-email', { userId, seconds })
  await queueMail(uow, parts, { kind: 'verify-email', userId, token, base })
}
