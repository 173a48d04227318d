import { problem, type Reply, type RouteRequest, type UnitOfWork } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { linkBaseOf } from '../mail/link-base.ts'
import { queueMail } from '../mail/outgoing.ts'
import { record } from '../members/activity.ts'
import type { User } from '../models/user.ts'
import { PLATFORM } from '../platform.ts'
import { asPerson, OWN_ACCOUNT, type SignedIn } from '../sessions/signed-in.ts'
import { confirmed } from '../signing-in/confirm.ts'
import { notConfirmed } from './passwords.ts'
import { password } from './schemas.ts'

export const shared = { tags: ['auth'], access: OWN_ACCOUNT, limit: 'auth', idempotent: false } as const
export const passwordOnly = Joi.object<{ password?: string }>({
  password: password.description('Not for accounts that sign in elsewhere: those sign in again just before.'),
})
export const codesSchema = Joi.object({
  recoveryCodes: Joi.array().items(Joi.string()).required().description('Each works once. Shown now and never again.'),
})
export const refusals = {
  409: { description: 'It is on already, or not on.' },
  429: { description: 'Too many attempts.' },
}

/** Runs the change once the person at the keyboard has shown that it is still them. */
export function afterConfirming(
  parts: Parts,
  request: RouteRequest<unknown, unknown, { password?: string }>,
  work: (uow: UnitOfWork, user: User, person: SignedIn) => Promise<Reply>,
): Promise<Reply> {
  return asPerson(request, async (person) => {
    const user = await confirmed(parts, person, request.payload.password)
    if (user === undefined) return notConfirmed('password')
    return parts.database.transaction(PLATFORM, (uow) => work(uow, user, person))
  })
}

/** Mails and writes down that it was changed. */
export async function told(
  uow: UnitOfWork,
  parts: Parts,
  { tenantId }: SignedIn,
  user: User,
  { origin }: Pick<RouteRequest, 'origin'>,
  action: string,
): Promise<void> {
  const base = linkBaseOf(parts.settings, origin)
  await queueMail(uow, parts, { kind: 'second-factor-changed', userId: user.id, base })
  await record(uow, parts.clock, { tenantId, actor: { kind: 'user', id: user.id, name: user.name }, action })
}

export const already = () =>
  problem(409, 'accounts.two-factor-state', 'The second factor is on already, or was not begun.')
export const notOn = () => problem(409, 'accounts.two-factor-state', 'The second factor is not on.')
