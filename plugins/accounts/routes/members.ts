import {
  cursorQuery,
  decodeCursor,
  defineRoute,
  noContent,
  ok,
  page,
  pageSchema,
  problem,
  type Reply,
  type Route,
} from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { type ChangeRefusal, changeMember, removeMember } from '../members/change-member.ts'
import { type Member, memberById, membersOf } from '../members/members.ts'
import { time, uuid } from './schemas.ts'

const tags = ['team']
const params = Joi.object<{ id: string }>({ id: uuid.required() })
const place = Joi.array<[string]>().ordered(uuid.required())
const roleField = Joi.string().max(40).description('`admin`, `agent`, `viewer`, or the id of a role of the team’s own.')

const memberSchema = Joi.object({
  id: uuid.required(),
  name: Joi.string().required(),
  email: Joi.string().required(),
  emailVerified: Joi.boolean().required(),
  role: Joi.string().required(),
  owner: Joi.boolean().required(),
  twoFactor: Joi.boolean().required(),
  joinedAt: time.required(),
  lastLoginAt: time.allow(null).required(),
}).label('Member')

const STATUS: Readonly<Record<ChangeRefusal, number>> = {
  'member-not-found': 404,
  'role-unknown': 422,
  'beyond-own': 403,
  outranked: 403,
  'own-role': 403,
  'last-owner': 409,
  'last-admin': 409,
}

const refusals = {
  404: { description: 'There is no such member.' },
  409: { description: 'The team would be left without an owner or an admin.' },
}

export function memberRoutes(parts: Parts): readonly Route[] {
  return [listRoute(parts), readRoute(parts), changeRoute(parts), removeRoute(parts)]
}

function listRoute({ database, settings }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/team/members',
    id: 'listMembers',
    summary: 'Who works here.',
    tags,
    access: { permission: 'team.read' },
    query: Joi.object<{ cursor?: string; limit: number }>(
      cursorQuery({ maxLimit: settings.maxPageSize, defaultLimit: settings.pageSize }),
    ),
    responses: { 200: { description: 'A page of members.', schema: pageSchema(memberSchema) } },
    handle: async ({ tenantId, query: { cursor, limit } }) => {
      const [after] = decodeCursor(cursor, place) ?? []
      const found = await database.transaction(tenantId, (uow) =>
        membersOf(uow, { ...(after === undefined ? {} : { after }), limit: limit + 1 }),
      )
      return ok(page({ items: found.map(viewOf), limit, cursorOf: ({ id }) => [id] }))
    },
  })
}

function readRoute({ database }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/team/members/{id}',
    id: 'getMember',
    summary: 'One member.',
    tags,
    access: { permission: 'team.read' },
    params,
    responses: { 200: { description: 'The member.', schema: memberSchema }, 404: refusals[404] },
    handle: async ({ tenantId, params: { id } }) => {
      const member = await database.transaction(tenantId, (uow) => memberById(uow, id))
      return member === undefined
        ? problem(404, 'accounts.member-not-found', `There is no member ${id}.`)
        : ok(viewOf(member))
    },
  })
}

function changeRoute(parts: Parts): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/team/members/{id}/role',
    id: 'changeMemberRole',
    summary: 'Promotes or demotes a member. Only owners make owners, and nobody raises themselves.',
    tags,
    access: { permission: 'team.members' },
    params,
    payload: Joi.object<{ role: string; owner: boolean }>({
      role: roleField.required(),
      owner: Joi.boolean().default(false).description('Owners are admins that no admin can remove.'),
    }),
    responses: {
      200: { description: 'The member as they are now.', schema: memberSchema },
      422: { description: 'There is no such role.' },
      ...refusals,
    },
    handle: async ({ tenantId, params, payload: { role, owner }, actor, correlationId }) => {
      if (owner && role !== 'admin') return problem(422, 'accounts.owner-is-admin', 'An owner’s role is admin.')
      const change = { userId: params.id, role, owner }
      const result = await parts.database.transaction(tenantId, (uow) => changeMember(uow, parts, actor, change), {
        correlationId,
      })
      return result.ok ? ok(viewOf(result.member)) : refused(result)
    },
  })
}

function removeRoute(parts: Parts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/team/members/{id}',
    id: 'removeMember',
    summary: 'Takes a member out of the team: their sessions end, what they did stays under their name.',
    tags,
    access: { permission: 'team.members' },
    params,
    responses: { 204: { description: 'They are out.' }, ...refusals },
    handle: async ({ tenantId, params, actor, correlationId }) => {
      const result = await parts.database.transaction(tenantId, (uow) => removeMember(uow, parts, actor, params.id), {
        correlationId,
      })
      return result.ok ? noContent() : refused(result)
    },
  })
}

function refused({ reason, detail }: { reason: ChangeRefusal; detail: string }): Reply {
  return problem(STATUS[reason], `accounts.${reason}`, detail)
}

function viewOf(member: Member) {
  return {
    ...{ id: member.id, name: member.name, email: member.email, emailVerified: member.email_verified },
    ...{ role: member.role, owner: member.owner, twoFactor: member.second_factor },
    joinedAt: member.joined_at.toISOString(),
    lastLoginAt: member.last_login_at?.toISOString() ?? null,
  }
}
