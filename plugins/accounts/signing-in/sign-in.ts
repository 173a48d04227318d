import { type Result, refuse, type UnitOfWork } from '@parley/core'
import type { Client, Parts } from '../context.ts'
import { record } from '../members/activity.ts'
import { type MembershipOf, membershipsOf } from '../members/memberships.ts'
import type { User } from '../models/user.ts'
import { type Grant, openSession } from '../sessions/open-session.ts'

export type SignInRefusal = 'no-team' | 'team-suspended'

/** A session, or the question for the second factor. */
export type SignedIn =
  | { readonly step: 'done'; readonly grant: Grant }
  | { readonly step: 'second-factor'; readonly challenge: string }

export interface SignInCall {
  readonly user: User
  readonly method: string
  readonly client: Client
  /** Wanted; the person's first otherwise. */
  readonly tenantId?: string
}

/** What follows once somebody has shown who they are, with a password or at another service: the second factor if they have one. */
export async function signIn(
  uow: UnitOfWork,
  parts: Parts,
  call: SignInCall,
): Promise<Result<SignedIn, SignInRefusal>> {
  const { user, method, tenantId } = call
  if (user.totp_enabled_at === null) return complete(uow, parts, { ...call, secondFactor: false })
  const { token } = await parts.oneTime.issue(uow, 'second-factor', {
    userId: user.id,
    data: { method, ...(tenantId === undefined ? {} : { tenantId }) },
    seconds: parts.settings.secondFactorSeconds,
  })
  return { ok: true, step: 'second-factor', challenge: token }
}

/** Opens the session. */
export async function complete(
  uow: UnitOfWork,
  parts: Parts,
  { user, method, client, tenantId, secondFactor }: SignInCall & { readonly secondFactor: boolean },
): Promise<Result<SignedIn, SignInRefusal>> {
  const team = chosen(await membershipsOf(uow, user.id), tenantId)
  if (!team.ok) return team
  const { id } = user
  const grant = await openSession(uow, parts, { userId: id, tenantId: team.tenantId, method, secondFactor, client })
  await record(uow, parts.clock, {
    tenantId: team.tenantId,
    actor: { kind: 'user', id, name: user.name },
    action: 'user.signed-in',
    details: { method },
    ip: client.ip,
  })
  return { ok: true, step: 'done', grant }
}

/** The wanted team; else the first that is active. */
function chosen(
  teams: readonly MembershipOf[],
  wanted: string | undefined,
): Result<{ readonly tenantId: string }, SignInRefusal> {
  const candidates = wanted === undefined ? teams : teams.filter(({ tenant }) => tenant === wanted)
  if (candidates.length === 0) return refuse('no-team', 'This account belongs to no such team.')
  const active = candidates.find(({ status }) => status === 'active')
  if (active === undefined) return refuse('team-suspended', 'This team is suspended.')
  return { ok: true, tenantId: active.tenant }
}
