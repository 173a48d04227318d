import { type Result, refuse, type UnitOfWork } from '@parley/core'
import type { Client, Parts } from '../context.ts'
import { queueMail } from '../mail/outgoing.ts'
import { record } from '../members/activity.ts'
import { PLATFORM } from '../platform.ts'
import { type Grant, openSession } from '../sessions/open-session.ts'
import { foundTenant, type NewBusiness } from './found-tenant.ts'
import { createUser, userByEmail } from './users.ts'

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

/** A person, the tenant of their business, their first session and the mail that checks their address: all, or none. */
export async function register(parts: Parts, wanted: Registration): Promise<Result<{ grant: Grant }, 'email-taken'>> {
  // Before anything is looked up, so that a taken address takes as long as a free one.
  const passwordHash = await parts.passwords.hash(wanted.password)
  return parts.database.transaction(PLATFORM, async (uow) => {
    const { email, name, locale, timeZone, client, base } = wanted
    const person = { email, name, locale, timeZone, passwordHash, emailVerified: false }
    const userId = await createUser(uow, person, parts.clock.now())
    if (userId === undefined) {
      await tellOwner(uow, parts, wanted)
      return refuse('email-taken', 'There is an account with this email address.')
    }
    const tenant = await foundTenant(uow, parts, wanted.business, userId)
    await sendVerification(uow, parts, userId, base)
    const actor = { kind: 'user', id: userId, name }
    await record(uow, parts.clock, { tenantId: tenant.id, actor, action: 'team.founded', ip: client.ip })
    const session = { userId, tenantId: tenant.id, method: 'password', secondFactor: false, client }
    return { ok: true, grant: await openSession(uow, parts, session) }
  })
}

export async function sendVerification(uow: UnitOfWork, parts: Parts, userId: string, base: string): Promise<void> {
  const seconds = parts.settings.verifyEmailSeconds
  const { token } = await parts.oneTime.issue(uow, 'verify-email', { userId, seconds })
  await queueMail(uow, parts, { kind: 'verify-email', userId, token, base })
}

/** Where answers do not tell that an address is taken, the mailbox does. */
async function tellOwner(uow: UnitOfWork, parts: Parts, { email, base }: Registration): Promise<void> {
  if (!parts.settings.hideTakenEmails) return
  const owner = await userByEmail(uow, email)
  if (owner !== undefined) await queueMail(uow, parts, { kind: 'address-taken', userId: owner.id, base })
}
