import { defineRoute, ok, problem, type Route } from '@parley/core'
import Joi from 'joi'
import { type Context, limited, locate, noSuchChat, TAGS } from '../context.ts'
import { actorOf } from '../visitor.ts'

const sessionSchema = Joi.object({
  token: Joi.string().required(),
  participantId: Joi.string().uuid().required(),
  identified: Joi.boolean().required(),
  expiresInSeconds: Joi.number().integer().required(),
})

/** Begins or renews a visitor's session. */
export function sessionRoute(context: Context): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/webchat/{connectionId}/session',
    id: 'openWebchatSession',
    summary: 'Begins or renews a session; with a signed identity, as a logged-in customer',
    tags: TAGS,
    access: { public: 'Customers have no account.' },
    params: Joi.object({ connectionId: Joi.string().uuid().required() }),
    payload: Joi.object<{ token?: string; identity?: string }>({
      token: Joi.string().max(4096).description('The session to renew.'),
      identity: Joi.string()
        .max(4096)
        .description("A JWT, HS256 with the connection's identity secret: sub, exp, aud, and name, email."),
    }),
    responses: {
      200: { description: 'The session', schema: sessionSchema },
      401: { description: 'The signed identity was refused' },
      404: { description: 'No such chat' },
      429: { description: 'Too many new sessions from this address' },
    },
    async handle({ params: { connectionId }, payload, remoteAddress }) {
      const connection = await locate(context, connectionId)
      if (connection === undefined) return noSuchChat()
      return limited(context, `session:${remoteAddress ?? ''}`, context.settings.limits.sessions, async () => {
        const session = context.sessions.open(connection, payload)
        if (!session.ok) return problem(401, `webchat.${session.reason}`, session.detail)
        return ok({
          token: session.token,
          participantId: actorOf(session.visitor).id,
          identified: session.visitor.user !== undefined,
          expiresInSeconds: context.settings.sessionTtlSeconds,
        })
      })
    },
  })
}
