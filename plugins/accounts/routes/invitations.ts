import { created, defineRoute, noContent, ok, problem, type Reply, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { linkBaseOf } from '../mail/link-base.ts'
import { type InviteRefusal, invite, inviteAgain, revokeInvitation } from '../members/invite.ts'
import { Invitation } from '../models/member.ts'
import { email, time, uuid } from './schemas.ts'

const tags = ['team']
const access = { permission: 'team.members' } as const
const params = Joi.object<{ id: string }>({ id: uuid.required() })

const invitationSchema = Joi.object({
  id: uuid.required(),
  email: Joi.string().required(),
  role: Joi.string().required(),
  invitedBy: Joi.string().allow('').required(),
  createdAt: time.required(),
  expiresAt: time.required(),
  expired: Joi.boolean().required(),
}).label('Invitation')

const STATUS: Readonly<Record<InviteRefusal | 'invitation-not-found', number>> = {
  'already-member': 409,
  'already-invited': 409,
  'role-unknown': 422,
  'beyond-own': 403,
  'invitation-not-found': 404,
}

export function invitationRoutes(parts: Parts): readonly Route[] {
  return [listRoute(parts), inviteRoute(parts), resendRoute(parts), revokeRoute(parts)]
}

function listRoute({ database, clock }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/team/invitations',
    id: 'listInvitations',
    summary: 'Invitations that nobody has accepted yet, newest first.',
    tags,
    access,
    responses: {
      200: {
        description: 'The invitations.',
        schema: Joi.object({ items: Joi.array().items(invitationSchema).required() }),
      },
    },
    handle: async ({ tenantId }) => {
      const open = await database.transaction(tenantId, async (uow) =>
        Invitation.in(uow).whereNull('accepted_at').whereNull('revoked_at').orderBy('id', 'desc'),
      )
      return ok({ items: open.map((invitation) => viewOf(invitation, clock.now())) })
    },
  })
}

function inviteRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/team/invitations',
    id: 'inviteMember',
    summary: 'Invites an address with a role; the link in the mail works once, for three days.',
    tags,
    access,
    payload: Joi.object<{ email: string; role: string }>({
      email: email.required(),
      role: Joi.string().max(40).required().description('Built in, or the id of a role of the team’s own.'),
    }),
    responses: {
      201: { description: 'Invited.', schema: invitationSchema },
      409: { description: 'The address is a member’s, or is invited already.' },
      422: { description: 'There is no such role.' },
    },
    handle: async ({ tenantId, payload, actor, origin, correlationId }) => {
      const call = { ...payload, base: linkBaseOf(parts.settings, origin) }
      const result = await parts.database.transaction(tenantId, (uow) => invite(uow, parts, actor, call), {
        correlationId,
      })
      return result.ok ? created(viewOf(result.invitation, parts.clock.now())) : refused(result)
    },
  })
}

function resendRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/team/invitations/{id}/resend',
    id: 'resendInvitation',
    summary: 'Sends a new link with a new term; the one before ends.',
    tags,
    access,
    params,
    responses: {
      200: { description: 'Sent again.', schema: invitationSchema },
      404: { description: 'There is no such open invitation.' },
    },
    handle: async ({ tenantId, params, actor, origin }) => {
      const call = { id: params.id, base: linkBaseOf(parts.settings, origin) }
      const result = await parts.database.transaction(tenantId, (uow) => inviteAgain(uow, parts, actor, call))
      return result.ok ? ok(viewOf(result.invitation, parts.clock.now())) : refused(result)
    },
  })
}

function revokeRoute(parts: Parts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/team/invitations/{id}',
    id: 'revokeInvitation',
    summary: 'Takes an invitation back: its link ends.',
    tags,
    access,
    params,
    responses: { 204: { description: 'Taken back.' }, 404: { description: 'There is no such open invitation.' } },
    handle: async ({ tenantId, params: { id }, actor }) => {
      const revoked = await parts.database.transaction(tenantId, (uow) => revokeInvitation(uow, parts, actor, id))
      return revoked ? noContent() : problem(404, 'accounts.invitation-not-found', `There is no open invitation ${id}.`)
    },
  })
}

function refused({ reason, detail }: { reason: keyof typeof STATUS; detail: string }): Reply {
  return problem(STATUS[reason], `accounts.${reason}`, detail)
}

function viewOf(invitation: Invitation, now: Date) {
  return {
    ...{ id: invitation.id, email: invitation.email, role: invitation.role, invitedBy: invitation.invited_by },
    createdAt: invitation.created_at.toISOString(),
    expiresAt: invitation.expires_at.toISOString(),
    expired: invitation.expires_at <= now,
  }
}
