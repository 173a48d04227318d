import { type Actor, newId, type Result, refuse, type UnitOfWork } from '@parley/core'
import type { Parts } from '../context.ts'
import { normaliseEmail } from '../domain/email.ts'
import { queueMail } from '../mail/outgoing.ts'
import { Invitation } from '../models/member.ts'
import { assignable, type RoleRefusal } from '../roles/assignable.ts'
import { hashSecret, newSecret } from '../tokens/secret-token.ts'
import { note } from './change-member.ts'
import { membersOf } from './members.ts'

export interface InviteCall {
  readonly email: string
  readonly role: string
  readonly base: string
}

export type InviteRefusal = 'already-member' | 'already-invited' | RoleRefusal

/** Invites an address with a role, and mails the link. An invitation that has ended makes room for another. */
export async function invite(
  uow: UnitOfWork,
  parts: Parts,
  actor: Actor | undefined,
  { email, role, base }: InviteCall,
): Promise<Result<{ invitation: Invitation }, InviteRefusal>> {
  const allowed = await assignable(uow, parts.matrix, actor, role)
  if (!allowed.ok) return allowed
  const emailNorm = normaliseEmail(email)
  const now = parts.clock.now()
  const open = () => Invitation.in(uow).where('email_norm', emailNorm).whereNull('accepted_at').whereNull('revoked_at')
  if ((await membersOf(uow, { emailNorm, limit: 1 })).length > 0)
    return refuse('already-member', 'Somebody with this address is a member already.')
  await open().where('expires_at', '<=', now).patch({ revoked_at: now })
  if ((await open()).length > 0) return refuse('already-invited', 'This address is invited already: send it again.')
  const id = newId()
  const token = newSecret()
  await Invitation.in(uow).insert({
    ...{ id, email: email.trim(), email_norm: emailNorm, role, hash: hashSecret(token) },
    ...{ invited_by: actor?.claims?.name ?? '', created_at: now, expires_at: endOf(parts, now) },
    ...{ accepted_at: null, revoked_at: null },
  })
  await queueMail(uow, parts, { kind: 'invitation', invitationId: id, token, base })
  await note(uow, parts, actor, { action: 'member.invited', subject: { id, name: email }, details: { role } })
  return { ok: true, invitation: await found(uow, id) }
}

/** A new link and a new term for an invitation that was not accepted; the link before ends. */
export async function inviteAgain(
  uow: UnitOfWork,
  parts: Parts,
  actor: Actor | undefined,
  { id, base }: { readonly id: string; readonly base: string },
): Promise<Result<{ invitation: Invitation }, 'invitation-not-found' | RoleRefusal>> {
  const open = await openInvitation(uow, id)
  if (open === undefined) return refuse('invitation-not-found', `There is no open invitation ${id}.`)
  const allowed = await assignable(uow, parts.matrix, actor, open.role)
  if (!allowed.ok) return allowed
  const token = newSecret()
  const expires = endOf(parts, parts.clock.now())
  await Invitation.in(uow)
    .where('id', id)
    .patch({ hash: hashSecret(token), expires_at: expires })
  await queueMail(uow, parts, { kind: 'invitation', invitationId: id, token, base })
  return { ok: true, invitation: await found(uow, id) }
}

/** False when there is none that could be taken back. */
export async function revokeInvitation(
  uow: UnitOfWork,
  parts: Parts,
  actor: Actor | undefined,
  id: string,
): Promise<boolean> {
  const open = await openInvitation(uow, id)
  if (open === undefined) return false
  await Invitation.in(uow).where('id', id).patch({ revoked_at: parts.clock.now() })
  await note(uow, parts, actor, { action: 'member.invitation-revoked', subject: { id, name: open.email } })
  return true
}

async function openInvitation(uow: UnitOfWork, id: string): Promise<Invitation | undefined> {
  return Invitation.in(uow).findOne({ id }).whereNull('accepted_at').whereNull('revoked_at').forUpdate()
}

async function found(uow: UnitOfWork, id: string): Promise<Invitation> {
  return Invitation.in(uow).findOne({ id }).throwIfNotFound()
}

function endOf({ settings }: Pick<Parts, 'settings'>, now: Date): Date {
  return new Date(now.getTime() + settings.invitationSeconds * 1000)
}
