import { created, defineRoute, newId, noContent, ok, problem, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { note } from '../members/change-member.ts'
import { Team, TeamMember } from '../models/team.ts'
import { groupById, groupNotFound, groupSchema, groupView, isMember } from './group-view.ts'
import { uuid } from './schemas.ts'

const tags = ['team']
const params = Joi.object<{ id: string }>({ id: uuid.required() })
const read = { permission: 'team.read' } as const
const write = { permission: 'team.write' } as const

interface Body {
  readonly name: string
  readonly description: string
  readonly ownerId: string | null
  readonly settings: Readonly<Record<string, unknown>>
}

const fields = {
  name: Joi.string().trim().min(1).max(100),
  description: Joi.string().allow('').max(1000),
  ownerId: uuid.allow(null),
  settings: Joi.object().unknown(true).max(50),
}
const one = { 200: { description: 'The group.', schema: groupSchema }, 404: { description: 'There is no such group.' } }
const taken = { 409: { description: 'There is a group of this name.' } }

/** Groups of members inside a tenant: a shift, a language, a shop. */
export function teamsRoutes(parts: Parts): readonly Route[] {
  return [listRoute(parts), readRoute(parts), createRoute(parts), changeRoute(parts), deleteRoute(parts)]
}

function listRoute({ database }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/teams',
    id: 'listTeams',
    summary: 'The groups, and who is in them.',
    ...{ tags, access: read },
    responses: {
      200: { description: 'The groups.', schema: Joi.object({ items: Joi.array().items(groupSchema).required() }) },
    },
    handle: ({ tenantId }) =>
      database.transaction(tenantId, async (uow) => {
        const teams = await Team.in(uow).orderBy('id')
        const members = await TeamMember.in(uow).orderBy('joined_at').orderBy('user_id')
        return ok({ items: teams.map((team) => groupView(team, members)) })
      }),
  })
}

function readRoute({ database }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/teams/{id}',
    id: 'getTeamGroup',
    summary: 'One group.',
    ...{ tags, params, access: read },
    responses: one,
    handle: ({ tenantId, params: { id } }) =>
      database.transaction(tenantId, async (uow) => {
        const view = await groupById(uow, id)
        return view === undefined ? groupNotFound(id) : ok(view)
      }),
  })
}

function createRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/teams',
    id: 'createTeam',
    summary: 'Makes a group.',
    ...{ tags, access: write },
    payload: Joi.object<Body>({
      name: fields.name.required(),
      description: fields.description.default(''),
      ownerId: fields.ownerId.default(null),
      settings: fields.settings.default({}),
    }),
    responses: {
      201: { description: 'The group.', schema: groupSchema },
      ...taken,
      422: { description: 'The owner is no member.' },
    },
    handle: ({ tenantId, payload: { name, description, ownerId, settings }, actor }) =>
      parts.database.transaction(tenantId, async (uow) => {
        if (!(await isMember(uow, ownerId))) return noMember()
        const now = parts.clock.now()
        const id = newId()
        const row = {
          id,
          name,
          description,
          owner_id: ownerId,
          settings: { ...settings },
          created_at: now,
          updated_at: now,
        }
        await Team.in(uow).insert(row).onConflict(['tenant_id', 'name']).ignore()
        const view = await groupById(uow, id)
        if (view === undefined) return nameTaken(name)
        await note(uow, parts, actor, { action: 'group.created', subject: { id, name } })
        return created(view)
      }),
  })
}

function changeRoute(parts: Parts): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/teams/{id}',
    id: 'changeTeamGroup',
    summary: 'Changes a group.',
    ...{ tags, params, access: write },
    payload: Joi.object<Partial<Body>>(fields).min(1),
    responses: { ...one, ...taken, 422: { description: 'The owner is no member.' } },
    handle: ({ tenantId, params: { id }, payload: { ownerId, ...rest }, actor }) =>
      parts.database.transaction(tenantId, async (uow) => {
        const team = await Team.in(uow).findOne({ id }).forUpdate()
        if (team === undefined) return groupNotFound(id)
        if (!(await isMember(uow, ownerId ?? null))) return noMember()
        const { name = team.name } = rest
        if (name !== team.name && (await Team.in(uow).findOne({ name }))) return nameTaken(name)
        const owner = ownerId === undefined ? {} : { owner_id: ownerId }
        await Team.in(uow)
          .where('id', id)
          .patch({ ...rest, ...owner, updated_at: parts.clock.now() } as Partial<Team>)
        await note(uow, parts, actor, { action: 'group.changed', subject: { id, name } })
        return ok(await groupById(uow, id))
      }),
  })
}

function deleteRoute(parts: Parts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/teams/{id}',
    id: 'deleteTeam',
    summary: 'Deletes a group; its members stay in the team.',
    ...{ tags, params, access: write },
    responses: { 204: { description: 'It is gone.' }, 404: one[404] },
    handle: ({ tenantId, params: { id }, actor }) =>
      parts.database.transaction(tenantId, async (uow) => {
        const team = await Team.in(uow).findOne({ id })
        if (team === undefined) return groupNotFound(id)
        await Team.in(uow).delete().where('id', id)
        await note(uow, parts, actor, { action: 'group.deleted', subject: { id, name: team.name } })
        return noContent()
      }),
  })
}

const noMember = () => problem(422, 'accounts.owner-no-member', 'The owner of a group is a member of the team.')
const nameTaken = (name: string) => problem(409, 'accounts.group-name-taken', `There is a group called ${name}.`)
