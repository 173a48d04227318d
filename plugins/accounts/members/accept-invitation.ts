import { type Result, refuse, type UnitOfWork } from '@parley/core'
import type { Client, Parts } from '../context.ts'
import type { User } from '../models/user.ts'
import { User as Users } from '../models/user.ts'
import { PLATFORM } from '../platform.ts'
import { type SignedIn, type SignInRefusal, signIn } from '../signing-in/sign-in.ts'
import { createUser, userByEmail } from '../signing-in/users.ts'
import { hashSecret } from '../tokens/secret-token.ts'
import { record } from './activity.ts'

export interface OpenInvitation {
  readonly id: string
  readonly tenant: string
  readonly tenant_name: string
  readonly email: string
  readonly role: string
  readonly expires_at: Date
}

export interface AcceptCall {
  readonly token: string
  /** For somebody who has no account yet. */
  readonly name?: string
  /** The own one, or the first one. */
  readonly password?: string
  /** Who is signed in, if anybody. */
  readonly signedInAs?: string
  readonly client: Client
}

export type AcceptRefusal = 'link-ended' | 'account-exists' | 'name-needed' | SignInRefusal

/** What the link is about; `undefined` once it was used, taken back or has expired. */
export async function lookAtInvitation(
  uow: UnitOfWork,
  { clock }: Pick<Parts, 'clock'>,
  token: string,
): Promise<OpenInvitation | undefined> {
  const { rows } = await uow.trx.raw<{ rows: OpenInvitation[] }>('select * from accounts.find_invitation(?)', [
    hashSecret(token),
  ])
  const [found] = rows
  return found !== undefined && found.expires_at > clock.now() ? found : undefined
}

/**
 * Joins the team. Who has an account shows that it is theirs: they are signed in with it, or know its password. Who has none
 * gets one; its address is confirmed, as the link came by mail.
 */
export async function acceptInvitation(parts: Parts, call: AcceptCall): Promise<Result<SignedIn, AcceptRefusal>> {
  const { database, passwords } = parts
  const [invitation, known] = await database.transaction(PLATFORM, async (uow) => {
    const open = await lookAtInvitation(uow, parts, call.token)
    return [open, open === undefined ? undefined : await userByEmail(uow, open.email)]
  })
  if (invitation === undefined) return ended()
  if (known !== undefined && !(await isTheirs(parts, known, call))) {
    return refuse('account-exists', 'There is an account with this address: sign in, or give its password.')
  }
  const { name, password } = call
  if (known === undefined && (name === undefined || password === undefined))
    return refuse('name-needed', 'A new account needs a name and a password.')
  const passwordHash = known === undefined ? await passwords.hash(password ?? '') : null
  return database.transaction(PLATFORM, async (uow) => {
    const user = known ?? (await newcomer(uow, parts, invitation, name ?? '', passwordHash))
    if (user === undefined) return refuse('account-exists', 'An account with this address was made just now.')
    if (!(await accept(uow, parts, invitation, user, call.client))) return ended()
    return signIn(uow, parts, { user, method: 'password', tenantId: invitation.tenant, client: call.client })
  })
}

async function isTheirs({ passwords }: Parts, user: User, { signedInAs, password }: AcceptCall): Promise<boolean> {
  if (user.status !== 'active') return false
  if (signedInAs === user.id) return true
  return password !== undefined && (await passwords.verify(password, user.password_hash)).ok
}

async function newcomer(
  uow: UnitOfWork,
  { clock }: Parts,
  { email }: OpenInvitation,
  name: string,
  passwordHash: string | null,
): Promise<User | undefined> {
  const wanted = { email, name, locale: 'en', timeZone: 'UTC', passwordHash, emailVerified: true }
  const id = await createUser(uow, wanted, clock.now())
  return id === undefined ? undefined : Users.in(uow).findOne({ id })
}

async function accept(
  uow: UnitOfWork,
  { clock }: Parts,
  { id, tenant, role }: OpenInvitation,
  user: User,
  { ip }: Client,
): Promise<boolean> {
  const { rows } = await uow.trx.raw<{ rows: { accepted: boolean }[] }>(
    'select accounts.accept_invitation(?, ?, ?, ?) as accepted',
    [tenant, id, user.id, clock.now()],
  )
  if (rows[0]?.accepted !== true) return false
  const actor = { kind: 'user', id: user.id, name: user.name }
  await record(uow, clock, { tenantId: tenant, actor, action: 'member.joined', details: { role }, ip })
  return true
}

const ended = () => refuse('link-ended', 'This link is not known, was used, or has expired.')
