import { defineRoute, noContent, ok, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { Team, TeamMember } from '../models/team.ts'
import { groupById, groupNotFound, groupSchema, isMember } from './group-view.ts'
import { uuid } from './schemas.ts'

const tags = ['team']
const memberParams = Joi.object<{ id: string; userId: string }>({ id: uuid.required(), userId: uuid.required() })
const write = { permission: 'team.write' } as const

/** Who is in a group. */
export function groupMemberRoutes({ database, clock }: Parts): readonly Route[] {
  return [
    defineRoute({
      method: 'PUT',
      path: '/api/teams/{id}/members/{userId}',
      id: 'putTeamMember',
      summary: 'Puts a member into a group, or changes what they are there.',
      ...{ tags, params: memberParams, access: write },
      payload: Joi.object<{ role: 'lead' | 'member'; status: 'active' | 'away' }>({
        role: Joi.valid('lead', 'member').default('member'),
        status: Joi.valid('active', 'away').default('active'),
      }),
      responses: {
        200: { description: 'The group.', schema: groupSchema },
        404: { description: 'There is no such group, or no such member.' },
      },
      handle: ({ tenantId, params: { id, userId }, payload }) =>
        database.transaction(tenantId, async (uow) => {
          const known = (await Team.in(uow).findOne({ id }).forShare()) !== undefined
          if (!known || !(await isMember(uow, userId))) return groupNotFound(id)
          await TeamMember.in(uow)
            .insert({ team_id: id, user_id: userId, ...payload, joined_at: clock.now() })
            .onConflict(['tenant_id', 'team_id', 'user_id'])
            .merge(['role', 'status'])
          return ok(await groupById(uow, id))
        }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/teams/{id}/members/{userId}',
      id: 'removeTeamMember',
      summary: 'Takes a member out of a group.',
      ...{ tags, params: memberParams, access: write },
      responses: { 204: { description: 'They are out.' }, 404: { description: 'They are not in this group.' } },
      handle: ({ tenantId, params: { id, userId } }) =>
        database.transaction(tenantId, async (uow) => {
          const gone = await TeamMember.in(uow).delete().where({ team_id: id, user_id: userId })
          return gone === 1 ? noContent() : groupNotFound(id)
        }),
    }),
  ]
}
