import {
  auditActor,
  cursorQuery,
  decodeCursor,
  defineRoute,
  noContent,
  ok,
  page,
  pageSchema,
  problem,
  type Route,
  type UnitOfWork,
} from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { deleteUser, setStatus } from '../members/end-account.ts'
import { membershipsOf } from '../members/memberships.ts'
import { User } from '../models/user.ts'
import { PLATFORM } from '../platform.ts'
import { time, uuid } from './schemas.ts'

const tags = ['platform']
const read = { permission: 'platform.users.read' } as const
const write = { permission: 'platform.users.write' } as const
const params = Joi.object<{ id: string }>({ id: uuid.required() })
const place = Joi.array<[string]>().ordered(uuid.required())

interface Query {
  readonly q?: string
  readonly status?: User['status']
  readonly cursor?: string
  readonly limit: number
}

const status = Joi.valid('active', 'disabled')
const userFields = {
  id: uuid.required(),
  email: Joi.string().required(),
  emailVerified: Joi.boolean().required(),
  name: Joi.string().required(),
  status: status.required(),
  twoFactor: Joi.boolean().required(),
  createdAt: time.required(),
  lastLoginAt: time.allow(null).required(),
}
const userSchema = Joi.object(userFields).label('PlatformUser')
const withTeams = userSchema.keys({
  teams: Joi.array()
    .items(
      Joi.object({
        tenantId: uuid.required(),
        name: Joi.string().required(),
        role: Joi.string().required(),
        owner: Joi.boolean().required(),
      }),
    )
    .required(),
})
const notThere = { 404: { description: 'There is no such user.' } }

/** All people of the installation, for those who run it. */
export function platformUserRoutes(parts: Parts): readonly Route[] {
  return [listRoute(parts), readRoute(parts), changeRoute(parts), deleteRoute(parts)]
}

function listRoute({ database, settings }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/platform/users',
    id: 'listPlatformUsers',
    summary: 'Everybody who may sign in, in the order they came; `q` finds them by the beginning of their address.',
    ...{ tags, access: read },
    query: Joi.object<Query>({
      q: Joi.string().trim().lowercase().min(1).max(254),
      status,
      ...cursorQuery({ maxLimit: settings.maxPageSize, defaultLimit: settings.pageSize }),
    }),
    responses: { 200: { description: 'A page of users.', schema: pageSchema(userSchema) } },
    handle: async ({ query: { q, status, cursor, limit } }) => {
      const [after] = decodeCursor(cursor, place) ?? []
      const found = await database.transaction(PLATFORM, async (uow) => {
        const rows = User.in(uow)
          .orderBy('id')
          .limit(limit + 1)
        if (q !== undefined) rows.whereRaw('starts_with(email_norm, ?)', [q])
        if (status !== undefined) rows.where('status', status)
        if (after !== undefined) rows.where('id', '>', after)
        return rows
      })
      return ok(page({ items: found.map(viewOf), limit, cursorOf: ({ id }) => [id] }))
    },
  })
}

function readRoute({ database }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/platform/users/{id}',
    id: 'getPlatformUser',
    summary: 'One person, and the teams they work for.',
    ...{ tags, params, access: read },
    responses: { 200: { description: 'The person.', schema: withTeams }, ...notThere },
    handle: ({ params: { id } }) =>
      database.transaction(PLATFORM, async (uow) => {
        const user = await User.in(uow).findOne({ id })
        return user === undefined ? notFound(id) : ok(await fullView(uow, user))
      }),
  })
}

function changeRoute(parts: Parts): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/platform/users/{id}',
    id: 'changePlatformUser',
    summary: 'Shuts an account, whose sessions end at once, or opens it again.',
    ...{ tags, params, access: write },
    payload: Joi.object<{ status: User['status'] }>({ status: status.required() }),
    responses: { 200: { description: 'The person as they are now.', schema: withTeams }, ...notThere },
    handle: (request) =>
      parts.database.transaction(PLATFORM, async (uow) => {
        const { id } = request.params
        const result = await setStatus(uow, parts, auditActor(request), { id, status: request.payload.status })
        return result.ok ? ok(await fullView(uow, result.user)) : notFound(id)
      }),
  })
}

function deleteRoute(parts: Parts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/platform/users/{id}',
    id: 'deletePlatformUser',
    summary: 'Ends an account for good: its ways in, its sessions, its places in teams.',
    ...{ tags, params, access: write },
    responses: {
      204: { description: 'It is gone.' },
      409: { description: 'They are the only owner of a team.' },
      ...notThere,
    },
    handle: (request) =>
      parts.database.transaction(PLATFORM, async (uow) => {
        const { id } = request.params
        const result = await deleteUser(uow, parts, auditActor(request), id)
        if (result.ok) return noContent()
        return result.reason === 'user-not-found' ? notFound(id) : problem(409, 'accounts.sole-owner', result.detail)
      }),
  })
}

const notFound = (id: string) => problem(404, 'accounts.user-not-found', `There is no user ${id}.`)

async function fullView(uow: UnitOfWork, user: User) {
  const teams = await membershipsOf(uow, user.id)
  return {
    ...viewOf(user),
    teams: teams.map(({ tenant, name, role, owner }) => ({ tenantId: tenant, name, role, owner })),
  }
}

function viewOf(user: User) {
  return {
    ...{ id: user.id, email: user.email, emailVerified: user.email_verified_at !== null, name: user.name },
    ...{ status: user.status, twoFactor: user.totp_enabled_at !== null },
    createdAt: user.created_at.toISOString(),
    lastLoginAt: user.last_login_at?.toISOString() ?? null,
  }
}
