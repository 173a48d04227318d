import { defineRoute, ok, problem, type Route, type RouteRequest } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { type AcceptRefusal, acceptInvitation, lookAtInvitation } from '../members/accept-invitation.ts'
import { refusedPassword } from '../passwords/new-password.ts'
import { PLATFORM } from '../platform.ts'
import { foreignPage } from '../sessions/csrf.ts'
import { clientOf } from '../sessions/signed-in.ts'
import { userByEmail } from '../signing-in/users.ts'
import { signInReply } from './grant.ts'
import { newPasswordParts } from './register.ts'
import {
  challengeSchema,
  grantSchema,
  password,
  personName,
  secretToken,
  type Transport,
  transport,
} from './schemas.ts'

const tags = ['team']
const access = { public: 'The token of the mail is the credential.' } as const

interface Body {
  readonly token: string
  readonly name?: string
  readonly password?: string
  readonly transport: Transport
}

const STATUS: Readonly<Record<AcceptRefusal, number>> = {
  'link-ended': 410,
  'account-exists': 401,
  'name-needed': 422,
  'no-team': 403,
  'team-suspended': 403,
}

export function acceptInvitationRoutes(parts: Parts): readonly Route[] {
  return [lookRoute(parts), acceptRoute(parts)]
}

function lookRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/team/invitations/look',
    id: 'lookAtInvitation',
    summary: 'What the link of an invitation is about, for the page that asks whether to accept.',
    tags,
    access,
    limit: 'auth',
    payload: Joi.object<{ token: string }>({ token: secretToken.required() }),
    responses: {
      200: {
        description: 'The invitation.',
        schema: Joi.object({
          team: Joi.string().required(),
          email: Joi.string().required(),
          role: Joi.string().required(),
          hasAccount: Joi.boolean().required().description('Then its password is asked; else a name and a new one.'),
        }),
      },
      410: { description: 'It was used, taken back, or has expired.' },
      429: { description: 'Too many attempts.' },
    },
    handle: ({ payload }) =>
      parts.database.transaction(PLATFORM, async (uow) => {
        const open = await lookAtInvitation(uow, parts, payload.token)
        if (open === undefined)
          return problem(410, 'accounts.link-ended', 'This link is not known, was used, or has expired.')
        const { tenant_name: team, email, role } = open
        return ok({ team, email, role, hasAccount: (await userByEmail(uow, email)) !== undefined })
      }),
  })
}

function acceptRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/team/invitations/accept',
    id: 'acceptInvitation',
    summary: 'Joins the team: with an access token or the password of the account, or with a new account.',
    tags,
    access,
    limit: 'auth',
    payload: Joi.object<Body>({ token: secretToken.required(), name: personName, password, transport }),
    responses: {
      200: { description: 'Joined and signed in.', schema: grantSchema },
      202: { description: 'Joined; the code of the second factor is wanted to sign in.', schema: challengeSchema },
      401: { description: 'There is an account with this address, and nobody showed that it is theirs.' },
      403: { description: 'The team is suspended.' },
      410: { description: 'The link was used, taken back, or has expired.' },
      422: { description: 'A new account needs a name and a password.' },
      429: { description: 'Too many attempts.' },
    },
    async handle(request) {
      const { transport, ...given } = request.payload
      const foreign = transport === 'cookie' ? foreignPage(request) : undefined
      if (foreign !== undefined) return foreign
      // Only a new password has to meet the rule: with a name it is one.
      const refused =
        given.name === undefined || given.password === undefined
          ? undefined
          : await refusedPassword(given.password, '', newPasswordParts(parts))
      if (refused !== undefined) return refused
      const signedInAs = await personOf(parts, request)
      const call = { ...given, ...(signedInAs === undefined ? {} : { signedInAs }), client: clientOf(request) }
      const result = await acceptInvitation(parts, call)
      if (result.ok) return signInReply(parts, request, result, transport)
      return problem(STATUS[result.reason], `accounts.${result.reason}`, result.detail)
    },
  })
}

/** A public route has no actor; whoever is signed in all the same may say so. */
async function personOf({ access, standings }: Parts, { headers }: Pick<RouteRequest, 'headers'>) {
  const token = /^bearer\s+(\S+)$/i.exec(String(headers.authorization ?? ''))?.[1]
  const claims = token === undefined ? undefined : access.verify(token)
  const standing = claims === undefined ? undefined : await standings.of(claims.sid)
  return standing?.actor.id
}
