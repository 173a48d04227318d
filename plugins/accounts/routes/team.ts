import { defineRoute, ok, ParleyError, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { note } from '../members/change-member.ts'
import { Membership } from '../models/member.ts'
import { User } from '../models/user.ts'
import { PLATFORM } from '../platform.ts'
import type { TeamSettings } from '../tenant-settings.ts'
import { personName, timeZone, uuid } from './schemas.ts'

const tags = ['team']

const teamSchema = Joi.object({
  id: uuid.required(),
  slug: Joi.string().required(),
  name: Joi.string().required(),
  timeZone: Joi.string().required(),
  region: Joi.string().required(),
  currency: Joi.string().required(),
  members: Joi.number().integer().required(),
  owner: Joi.object({ id: uuid.required(), name: Joi.string().required() })
    .allow(null)
    .required()
    .description('The first owner.'),
  settings: Joi.object({ defaultRole: Joi.string().required() }).required(),
}).label('Team')

interface Patch {
  readonly name?: string
  readonly timeZone?: string
  readonly settings?: Partial<TeamSettings>
}

/** The whole team of a tenant. */
export function teamRoutes(parts: Parts): readonly Route[] {
  return [readRoute(parts), changeRoute(parts)]
}

function readRoute(parts: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/team',
    id: 'getTeam',
    summary: 'The team: its name, zone, owner and settings.',
    tags,
    access: { permission: 'team.read' },
    responses: { 200: { description: 'The team.', schema: teamSchema } },
    handle: async ({ tenantId }) => ok(await view(parts, tenantId)),
  })
}

function changeRoute(parts: Parts): Route {
  const { database, tenants, tenantSettings } = parts
  return defineRoute({
    method: 'PUT',
    path: '/api/team',
    id: 'changeTeam',
    summary: 'Changes the name, the time zone and the settings; what is not named stays.',
    tags,
    access: { permission: 'team.write' },
    payload: Joi.object<Patch>({
      name: personName,
      timeZone,
      settings: Joi.object({ defaultRole: Joi.string().max(40) }),
    }).min(1),
    responses: { 200: { description: 'The team as it is now.', schema: teamSchema } },
    handle: async ({ tenantId, payload: { settings, name, timeZone }, actor }) => {
      const patch = { ...(name === undefined ? {} : { name }), ...(timeZone === undefined ? {} : { timeZone }) }
      await database.transaction(tenantId, async (uow) => {
        await tenants.update(patch, uow)
        await note(uow, parts, actor, { action: 'team.changed', details: patch })
      })
      if (settings !== undefined) await tenantSettings.update(tenantId, settings)
      return ok(await view(parts, tenantId))
    },
  })
}

async function view({ database, tenants, tenantSettings }: Parts, tenantId: string) {
  const tenant = await tenants.find(tenantId)
  if (tenant === undefined) throw new ParleyError('accounts.tenant-gone', `Tenant ${tenantId} has no row.`)
  const [members, first] = await database.transaction(tenantId, async (uow) => [
    await Membership.in(uow).resultSize(),
    await Membership.in(uow).where('owner', true).orderBy('joined_at').first(),
  ])
  const owner =
    first === undefined
      ? undefined
      : await database.transaction(PLATFORM, async (uow) => User.in(uow).findOne({ id: first.user_id }))
  const { id, slug, name, timeZone, region, currency } = tenant
  return {
    ...{ id, slug, name, timeZone, region, currency, members },
    owner: owner === undefined ? null : { id: owner.id, name: owner.name },
    settings: await tenantSettings.of(tenantId),
  }
}
