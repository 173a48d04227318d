import { created, defineRoute, newId, noContent, ok, problem, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { BUILT_IN_ROLES } from '../domain/roles.ts'
import { note } from '../members/change-member.ts'
import { CustomRole, Invitation, Membership } from '../models/member.ts'
import { beyondOwn } from '../roles/assignable.ts'
import { beyondAnswer, nameTaken, refusedName, refusedPermissions } from './role-refusals.ts'
import { uuid } from './schemas.ts'

const tags = ['roles']
const params = Joi.object<{ id: string }>({ id: uuid.required() })
const name = Joi.string().trim().min(1).max(100)
const permissionList = Joi.array().items(Joi.string().max(120)).max(500).unique()

interface Body {
  readonly name: string
  readonly permissions: readonly string[]
}

const roleSchema = Joi.object({
  id: Joi.string().required().description('What members and invitations carry.'),
  name: Joi.string().required(),
  builtIn: Joi.boolean().required(),
  permissions: Joi.array().items(Joi.string()).required(),
}).label('Role')

export function roleRoutes(parts: Parts): readonly Route[] {
  return [listRoute(parts), createRoute(parts), changeRoute(parts), deleteRoute(parts)]
}

function listRoute({ database, matrix }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/roles',
    id: 'listRoles',
    summary: 'The built-in roles, and those that the team made.',
    tags,
    access: { permission: 'roles.read' },
    responses: {
      200: { description: 'The roles.', schema: Joi.object({ items: Joi.array().items(roleSchema).required() }) },
    },
    handle: async ({ tenantId }) => {
      const own = await database.transaction(tenantId, async (uow) => CustomRole.in(uow).orderBy('id'))
      const builtIn = BUILT_IN_ROLES.map((role) => ({
        ...{ id: role, name: role, builtIn: true, permissions: matrix.of(role) },
      }))
      return ok({ items: [...builtIn, ...own.map(viewOf)] })
    },
  })
}

function createRoute(parts: Parts): Route {
  const { database, clock } = parts
  return defineRoute({
    method: 'POST',
    path: '/api/roles',
    id: 'createRole',
    summary: 'Makes a role of single permissions, none of which its maker lacks.',
    tags,
    access: { permission: 'roles.write' },
    payload: Joi.object<Body>({ name: name.required(), permissions: permissionList.required() }),
    responses: {
      201: { description: 'The role.', schema: roleSchema },
      409: { description: 'There is a role of this name.' },
      422: { description: 'There is no such permission.' },
    },
    handle: async ({ tenantId, payload, actor }) => {
      const refused = refusedPermissions(parts, actor, payload.permissions) ?? refusedName(payload.name)
      if (refused !== undefined) return refused
      return database.transaction(tenantId, async (uow) => {
        const now = clock.now()
        const id = newId()
        const row = { id, name: payload.name, permissions: [...payload.permissions], created_at: now, updated_at: now }
        await CustomRole.in(uow).insert(row).onConflict(['tenant_id', 'name']).ignore()
        const role = await CustomRole.in(uow).findOne({ id })
        if (role === undefined) return nameTaken(payload.name)
        await note(uow, parts, actor, { action: 'role.created', subject: { id, name: payload.name } })
        return created(viewOf(role))
      })
    },
  })
}

function changeRoute(parts: Parts): Route {
  const { database, clock, standings } = parts
  return defineRoute({
    method: 'PATCH',
    path: '/api/roles/{id}',
    id: 'changeRole',
    summary: 'Renames a role of the team’s own, or gives it other permissions, which count within a second.',
    tags,
    access: { permission: 'roles.write' },
    params,
    payload: Joi.object<Partial<Body>>({ name, permissions: permissionList }).min(1),
    responses: {
      200: { description: 'The role as it is now.', schema: roleSchema },
      404: { description: 'There is no such role of the team’s own.' },
      409: { description: 'There is a role of this name.' },
      422: { description: 'There is no such permission.' },
    },
    handle: async ({ tenantId, params: { id }, payload, actor }) => {
      const refused = refusedPermissions(parts, actor, payload.permissions ?? []) ?? refusedName(payload.name)
      if (refused !== undefined) return refused
      return database.transaction(tenantId, async (uow) => {
        const role = await CustomRole.in(uow).findOne({ id }).forUpdate()
        if (role === undefined) return notFound(id)
        // Taking away what one does not have oneself would be as telling as giving it.
        const beyond = beyondOwn(actor, role.permissions)
        if (beyond.length > 0) return beyondAnswer(beyond)
        const wanted = payload.name ?? role.name
        if (wanted !== role.name && (await CustomRole.in(uow).findOne({ name: wanted }))) return nameTaken(wanted)
        const permissions = [...(payload.permissions ?? role.permissions)]
        await CustomRole.in(uow).where('id', id).patch({ name: wanted, permissions, updated_at: clock.now() })
        await note(uow, parts, actor, { action: 'role.changed', subject: { id, name: wanted } })
        uow.afterCommit(() => standings.clear())
        return ok({ ...viewOf(role), name: wanted, permissions })
      })
    },
  })
}

function deleteRoute(parts: Parts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/roles/{id}',
    id: 'deleteRole',
    summary: 'Deletes a role that nobody has.',
    tags,
    access: { permission: 'roles.write' },
    params,
    responses: {
      204: { description: 'It is gone.' },
      404: { description: 'There is no such role of the team’s own.' },
      409: { description: 'Somebody has it, or is invited with it.' },
    },
    handle: ({ tenantId, params: { id }, actor }) =>
      parts.database.transaction(tenantId, async (uow) => {
        const role = await CustomRole.in(uow).findOne({ id }).forUpdate()
        if (role === undefined) return notFound(id)
        const holders = await Membership.in(uow).where('role', id).limit(1)
        const invited = await Invitation.in(uow).where('role', id).whereNull('accepted_at').whereNull('revoked_at')
        if (holders.length + invited.length > 0)
          return problem(409, 'accounts.role-in-use', 'Somebody has this role, or is invited with it.')
        await CustomRole.in(uow).delete().where('id', id)
        await note(uow, parts, actor, { action: 'role.deleted', subject: { id, name: role.name } })
        return noContent()
      }),
  })
}

const notFound = (id: string) => problem(404, 'accounts.role-not-found', `This team has made no role ${id}.`)

function viewOf({ id, name, permissions }: CustomRole) {
  return { id, name, builtIn: false, permissions }
}
