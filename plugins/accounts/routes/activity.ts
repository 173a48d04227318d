import { cursorQuery, decodeCursor, defineRoute, ok, page, pageSchema, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { Activity } from '../models/member.ts'
import { time, uuid } from './schemas.ts'

interface Query {
  readonly action?: string
  readonly actorId?: string
  readonly cursor?: string
  readonly limit: number
}

const place = Joi.array<[string]>().ordered(uuid.required())
const activitySchema = Joi.object({
  id: uuid.required(),
  actor: Joi.object({
    kind: Joi.string().required(),
    id: Joi.string().allow('').required(),
    name: Joi.string().allow('').required().description('As it was then.'),
  }).required(),
  action: Joi.string().required().description('`member.invited`'),
  subject: Joi.object({
    id: Joi.string().allow('').required(),
    name: Joi.string().allow('').required(),
  }).required(),
  details: Joi.object().pattern(Joi.string(), Joi.string().allow('')).required(),
  ip: Joi.string().allow('').required(),
  at: time.required(),
}).label('Activity')

export function activityRoute({ database, settings }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/team/activity',
    id: 'listActivity',
    summary: 'Who did what in the team, newest first.',
    tags: ['team'],
    access: { permission: 'team.activity' },
    query: Joi.object<Query>({
      action: Joi.string().max(60),
      actorId: Joi.string().max(60),
      ...cursorQuery({ maxLimit: settings.maxPageSize, defaultLimit: settings.pageSize }),
    }),
    responses: { 200: { description: 'A page of activity.', schema: pageSchema(activitySchema) } },
    handle: async ({ tenantId, query: { action, actorId, cursor, limit } }) => {
      const [before] = decodeCursor(cursor, place) ?? []
      const found = await database.transaction(tenantId, async (uow) => {
        const rows = Activity.in(uow)
          .orderBy('id', 'desc')
          .limit(limit + 1)
        if (action !== undefined) rows.where('action', action)
        if (actorId !== undefined) rows.where('actor_id', actorId)
        if (before !== undefined) rows.where('id', '<', before)
        return rows
      })
      return ok(page({ items: found.map(viewOf), limit, cursorOf: ({ id }) => [id] }))
    },
  })
}

function viewOf(row: Activity) {
  return {
    id: row.id,
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    action: row.action,
    subject: { id: row.subject_id, name: row.subject_name },
    details: row.details,
    ip: row.ip,
    at: row.created_at.toISOString(),
  }
}
