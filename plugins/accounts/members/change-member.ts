import { type Actor, permits, type Result, refuse, type UnitOfWork } from '@parley/core'
import type { Parts } from '../context.ts'
import { type Asking, judgeChange, type OwnershipRefusal, rankOf, type Standing } from '../domain/ownership.ts'
import { SUPER_ADMIN } from '../domain/roles.ts'
import { Membership } from '../models/member.ts'
import { assignable, type RoleRefusal } from '../roles/assignable.ts'
import { doer, record } from './activity.ts'
import { type Member, memberById } from './members.ts'

export interface MemberChange {
  readonly userId: string
  readonly role: string
  readonly owner: boolean
}

export type ChangeRefusal = 'member-not-found' | OwnershipRefusal | RoleRefusal

type ChangeParts = Pick<Parts, 'matrix' | 'clock' | 'standings' | 'audit'>

/** Gives a member another role, or the ownership. Two changes of one tenant wait for each other, so that the last owner stays. */
export async function changeMember(
  uow: UnitOfWork,
  parts: ChangeParts,
  actor: Actor | undefined,
  { userId, role, owner }: MemberChange,
): Promise<Result<{ member: Member }, ChangeRefusal>> {
  const allowed = await assignable(uow, parts.matrix, actor, role)
  if (!allowed.ok) return allowed
  const judged = await judge(uow, actor, userId, { role, owner })
  if (!judged.ok) return judged
  await Membership.in(uow).where('user_id', userId).patch({ role, owner })
  const { name } = judged.member
  const details = { from: judged.member.role, to: role, owner: String(owner) }
  await note(uow, parts, actor, { action: 'member.role-changed', subject: { id: userId, name }, details })
  uow.afterCommit(() => parts.standings.clear())
  const member = await memberById(uow, userId)
  return member === undefined ? refuse('member-not-found', `There is no member ${userId}.`) : { ok: true, member }
}

/** Takes a member out: their sessions here end, what they did stays under their name. */
export async function removeMember(
  uow: UnitOfWork,
  parts: ChangeParts,
  actor: Actor | undefined,
  userId: string,
): Promise<Result<object, ChangeRefusal>> {
  const judged = await judge(uow, actor, userId, undefined)
  if (!judged.ok) return judged
  await Membership.in(uow).delete().where('user_id', userId)
  const now = parts.clock.now()
  await uow.trx.raw('select accounts.end_sessions_of_member(?, ?)', [userId, now])
  const { name } = judged.member
  await note(uow, parts, actor, { action: 'member.removed', subject: { id: userId, name } })
  uow.afterCommit(() => parts.standings.clear())
  return { ok: true }
}

async function judge(
  uow: UnitOfWork,
  actor: Actor | undefined,
  userId: string,
  after: { role: string; owner: boolean } | undefined,
): Promise<Result<{ member: Member }, ChangeRefusal>> {
  const rows = await Membership.in(uow).orderBy('user_id').forUpdate()
  const members: readonly Standing[] = rows.map(({ user_id, role, owner }) => ({ userId: user_id, role, owner }))
  const target = members.find((member) => member.userId === userId)
  const member = target === undefined ? undefined : await memberById(uow, userId)
  if (target === undefined || member === undefined) return refuse('member-not-found', `There is no member ${userId}.`)
  const judged = judgeChange(members, target, after, asking(members, actor))
  return judged.ok ? { ok: true, member } : judged
}

/** A program never ranks above an admin, and below one unless it may manage members. */
function asking(members: readonly Standing[], actor: Actor | undefined): Asking {
  const id = actor?.id ?? ''
  if (actor?.claims?.role === SUPER_ADMIN) return { id, rank: 3 }
  const own = members.find(({ userId }) => userId === id)
  if (own !== undefined) return { id, rank: rankOf(own) }
  return { id, rank: actor !== undefined && permits(actor, 'team.members') ? 2 : 1 }
}

/** Writes what the actor did into the tenant's activity, with names, and into its audit log, without. Called last. */
export async function note(
  uow: UnitOfWork,
  { clock, audit }: Pick<Parts, 'clock' | 'audit'>,
  actor: Actor | undefined,
  deed: Pick<Parameters<typeof record>[2], 'action' | 'subject' | 'details'>,
): Promise<void> {
  const { action, subject, details } = deed
  await record(uow, clock, { tenantId: uow.tenantId, actor: doer(actor), ...deed })
  const [kind = ''] = action.split('.')
  await audit.record(uow, {
    action,
    target: { kind, id: subject?.id ?? uow.tenantId },
    actor: actor === undefined ? { kind: 'system', id: '' } : { kind: actor.kind, id: actor.id },
    ...(details === undefined ? {} : { after: details }),
  })
}
