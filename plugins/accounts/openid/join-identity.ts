import { type ExternalIdentity, newId, type Result, refuse, type UnitOfWork } from '@parley/core'
import type { Parts } from '../context.ts'
import { ExternalAccount } from '../models/secrets.ts'
import { User } from '../models/user.ts'
import { foundTenant } from '../signing-in/found-tenant.ts'
import { createUser, userByEmail } from '../signing-in/users.ts'
import { takeOver } from './take-over.ts'

export type JoinRefusal =
  | 'email-unverified'
  | 'link-needed'
  | 'identity-taken'
  | 'account-disabled'
  | 'registration-closed'

export interface Vouched {
  readonly provider: string
  readonly identity: ExternalIdentity
  readonly businessName: string
}

/**
 * Whose account is it? Found by issuer and subject, never by address, once it has been joined. The first time:
 *
 * - somebody has the address, and the service answers for the mailbox today: it is the same person. If the account's address
 *   was never confirmed, whoever made it may not be: they lose every way in (see take-over.ts)
 * - somebody has the address, and the service only checked it once: the person signs in as before and links the two
 * - nobody has the address: a new account, with a tenant of its own
 *
 * An address that the service has not checked joins nothing and makes nothing.
 */
export async function personOf(
  uow: UnitOfWork,
  parts: Parts,
  vouched: Vouched,
): Promise<Result<{ user: User }, JoinRefusal>> {
  const { identity } = vouched
  const { issuer, subject, email } = identity
  const joined = await ExternalAccount.in(uow).findOne({ issuer, subject })
  if (joined !== undefined) return activeUser(uow, joined.user_id)
  if (email === undefined || !identity.emailVerified)
    return refuse('email-unverified', 'The service has not checked that this address is yours.')
  const known = await userByEmail(uow, email)
  if (known === undefined) return newcomer(uow, parts, vouched, email)
  if (!identity.emailAuthoritative)
    return refuse('link-needed', 'There is an account with this address: sign in to it, and link the two.')
  if (known.status !== 'active') return refuse('account-disabled', 'This account is disabled.')
  if (known.email_verified_at === null) await takeOver(uow, parts, known)
  await join(uow, parts, vouched, known.id)
  return activeUser(uow, known.id)
}

/** Joins an outside account to the person who is signed in and asked for it. */
export async function linkTo(
  uow: UnitOfWork,
  parts: Parts,
  vouched: Vouched,
  userId: string,
): Promise<Result<{ user: User }, JoinRefusal>> {
  const { issuer, subject } = vouched.identity
  const joined = await ExternalAccount.in(uow).findOne({ issuer, subject })
  if (joined !== undefined && joined.user_id !== userId)
    return refuse('identity-taken', 'This outside account belongs to another person here.')
  if (joined === undefined) await join(uow, parts, vouched, userId)
  return activeUser(uow, userId)
}

async function newcomer(
  uow: UnitOfWork,
  parts: Parts,
  vouched: Vouched,
  email: string,
): Promise<Result<{ user: User }, JoinRefusal>> {
  if (!parts.settings.registrationOpen)
    return refuse('registration-closed', 'This installation takes new people by invitation only.')
  const name = vouched.identity.name ?? email.split('@')[0] ?? email
  const person = { email, name, locale: 'en', timeZone: 'UTC', passwordHash: null, emailVerified: true }
  const id = await createUser(uow, person, parts.clock.now())
  if (id === undefined) return refuse('link-needed', 'An account with this address was made just now.')
  await foundTenant(uow, parts, { name: vouched.businessName || name }, id)
  await join(uow, parts, vouched, id)
  return activeUser(uow, id)
}

async function join(uow: UnitOfWork, { clock }: Parts, { provider, identity }: Vouched, userId: string): Promise<void> {
  const { issuer, subject, email = null } = identity
  await ExternalAccount.in(uow)
    .insert({ id: newId(), issuer, subject, user_id: userId, provider, email, created_at: clock.now() })
    .onConflict(['tenant_id', 'issuer', 'subject'])
    .ignore()
}

async function activeUser(uow: UnitOfWork, id: string): Promise<Result<{ user: User }, JoinRefusal>> {
  const user = await User.in(uow).findOne({ id, status: 'active' })
  return user === undefined ? refuse('account-disabled', 'This account is disabled.') : { ok: true, user }
}
