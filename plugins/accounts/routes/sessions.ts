import { defineRoute, noContent, ok, problem, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { Session } from '../models/session.ts'
import { PLATFORM } from '../platform.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { asPerson, OWN_ACCOUNT } from '../sessions/signed-in.ts'
import { time, uuid } from './schemas.ts'

const tags = ['auth']

const sessionSchema = Joi.object({
  id: uuid.required(),
  current: Joi.boolean().required(),
  method: Joi.string().required(),
  secondFactor: Joi.boolean().required(),
  ip: Joi.string().allow('').required(),
  userAgent: Joi.string().allow('').required(),
  createdAt: time.required(),
  usedAt: time.required().description('When its tokens were refreshed last.'),
  expiresAt: time.required(),
}).label('Session')

export function sessionRoutes(parts: Parts): readonly Route[] {
  return [listRoute(parts), endRoute(parts)]
}

function listRoute({ database, clock }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/auth/sessions',
    id: 'listSessions',
    summary: 'Where the caller is signed in, newest first.',
    tags,
    access: OWN_ACCOUNT,
    responses: {
      200: {
        description: 'The sessions.',
        schema: Joi.object({ items: Joi.array().items(sessionSchema).required() }),
      },
    },
    handle: (request) =>
      asPerson(request, async ({ userId, sessionId }) => {
        const rows = await database.transaction(PLATFORM, async (uow) =>
          Session.in(uow)
            .where('user_id', userId)
            .whereNull('revoked_at')
            .where('expires_at', '>', clock.now())
            .orderBy('id', 'desc'),
        )
        return ok({ items: rows.map((row) => viewOf(row, sessionId)) })
      }),
  })
}

function endRoute(parts: Parts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/auth/sessions/{id}',
    id: 'endSession',
    summary: 'Signs one device out.',
    tags,
    access: OWN_ACCOUNT,
    params: Joi.object<{ id: string }>({ id: uuid.required() }),
    responses: { 204: { description: 'Signed out.' }, 404: { description: 'The caller has no such session.' } },
    handle: (request) =>
      asPerson(request, async ({ userId }) => {
        const { id } = request.params
        const ended = await parts.database.transaction(PLATFORM, (uow) =>
          endSessions(uow, parts, { id, userId }, 'signed-out'),
        )
        return ended > 0 ? noContent() : problem(404, 'accounts.session-not-found', `You have no session ${id}.`)
      }),
  })
}

function viewOf(session: Session, currentId: string) {
  return {
    ...{ id: session.id, current: session.id === currentId, method: session.method },
    ...{ secondFactor: session.second_factor, ip: session.ip, userAgent: session.user_agent },
    createdAt: session.created_at.toISOString(),
    usedAt: session.used_at.toISOString(),
    expiresAt: session.expires_at.toISOString(),
  }
}
