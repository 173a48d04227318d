import { type AuditActor, type Result, refuse, type UnitOfWork } from '@parley/core'
import type { Parts } from '../context.ts'
import { User } from '../models/user.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { record } from './activity.ts'

type EndParts = Pick<Parts, 'clock' | 'standings' | 'audit'>

export type EndRefusal = 'user-not-found' | 'sole-owner'

/** Shuts an account, or opens it again; shut, its sessions end and nobody signs in. In a platform transaction. */
export async function setStatus(
  uow: UnitOfWork,
  parts: EndParts,
  by: AuditActor,
  { id, status }: { readonly id: string; readonly status: User['status'] },
): Promise<Result<{ user: User }, 'user-not-found'>> {
  const user = await User.in(uow).findOne({ id }).forUpdate()
  if (user === undefined) return refuse('user-not-found', `There is no user ${id}.`)
  const updated = { status, updated_at: parts.clock.now() }
  await User.in(uow).where('id', id).patch(updated)
  if (status === 'disabled') await endSessions(uow, parts, { userId: id }, 'account-disabled')
  const target = { kind: 'user', id }
  await parts.audit.record(uow, {
    ...{ action: `user.${status === 'disabled' ? 'disabled' : 'enabled'}`, target, actor: by, chain: 'platform' },
    ...{ before: { status: user.status }, after: { status } },
  })
  return { ok: true, user: Object.assign(user, updated) }
}

/** Ends an account for good. Their teams keep what they did, under the name they had. In a platform transaction. */
export async function deleteUser(
  uow: UnitOfWork,
  parts: EndParts,
  by: AuditActor,
  id: string,
): Promise<Result<object, EndRefusal>> {
  const user = await User.in(uow).findOne({ id }).forUpdate()
  if (user === undefined) return refuse('user-not-found', `There is no user ${id}.`)
  const alone = await tenants(uow, 'select * from accounts.owned_alone(?) as tenant', id)
  if (alone.length > 0)
    return refuse(
      'sole-owner',
      `They are the only owner of ${alone.join(', ')}: give the ownership to somebody else first.`,
    )
  await endSessions(uow, parts, { userId: id }, 'account-disabled')
  const left = await tenants(uow, 'select * from accounts.leave_everywhere(?) as tenant', id)
  for (const tenantId of left) {
    const actor = { kind: by.kind, id: by.id, name: '' }
    await record(uow, parts.clock, {
      tenantId,
      actor,
      action: 'member.account-ended',
      subject: { id, name: user.name },
    })
  }
  await User.in(uow).delete().where('id', id)
  await parts.audit.record(uow, {
    ...{ action: 'user.deleted', target: { kind: 'user', id }, actor: by, chain: 'platform' },
  })
  return { ok: true }
}

async function tenants(uow: UnitOfWork, sql: string, id: string): Promise<readonly string[]> {
  const { rows } = await uow.trx.raw<{ rows: { tenant: string }[] }>(sql, [id])
  return rows.map(({ tenant }) => tenant)
}
