import { defineRoute, noContent, ok, problem, type Reply, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { ExternalAccount } from '../models/secrets.ts'
import { User } from '../models/user.ts'
import { type JoinRefusal, personOf } from '../openid/join-identity.ts'
import { PLATFORM } from '../platform.ts'
import { foreignPage } from '../sessions/csrf.ts'
import { asPerson, clientOf, OWN_ACCOUNT } from '../sessions/signed-in.ts'
import { signIn } from '../signing-in/sign-in.ts'
import { signInReply } from './grant.ts'
import { challengeSchema, grantSchema, personName, type Transport, time, transport, uuid } from './schemas.ts'

const tags = ['auth']

const identitySchema = Joi.object({
  id: uuid.required(),
  provider: Joi.string().required(),
  email: Joi.string().allow(null).required(),
  createdAt: time.required(),
}).label('Identity')

export function identityRoutes(parts: Parts): readonly Route[] {
  return [exchangeRoute(parts), listRoute(parts), unlinkRoute(parts)]
}

interface Exchange {
  readonly provider: string
  readonly idToken: string
  readonly nonce?: string
  readonly businessName: string
  readonly transport: Transport
}

function exchangeRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/token-exchange',
    id: 'exchangeIdToken',
    summary: 'Signs in with an ID token that a program got from a configured service itself.',
    tags,
    access: { public: 'The ID token is the credential: its signature, issuer, audience and times are checked.' },
    limit: 'auth',
    payload: Joi.object<Exchange>({
      provider: Joi.string().max(40).required(),
      idToken: Joi.string().max(8192).required(),
      nonce: Joi.string().max(200).description('What the program asked for the token with, if anything.'),
      businessName: personName.allow('').default('').description('For the tenant of somebody who is new.'),
      transport,
    }),
    responses: {
      200: { description: 'Signed in.', schema: grantSchema },
      202: { description: 'The code of the second factor is wanted.', schema: challengeSchema },
      401: { description: 'The token was refused.' },
      403: { description: 'The token is right, and does not open an account here.' },
      429: { description: 'Too many attempts.' },
    },
    async handle(request) {
      const { provider: key, idToken, nonce, businessName, transport } = request.payload
      const foreign = transport === 'cookie' ? foreignPage(request) : undefined
      if (foreign !== undefined) return foreign
      const checked = await parts.providers.byKey(key)?.verify(idToken, nonce)
      if (checked === undefined) return problem(401, 'accounts.provider-not-found', `Nobody signs in with ${key} here.`)
      if (!checked.ok)
        return problem(checked.retryable ? 503 : 401, `accounts.provider-${checked.reason}`, checked.detail)
      return parts.database.transaction(PLATFORM, async (uow) => {
        const person = await personOf(uow, parts, { provider: key, identity: checked.identity, businessName })
        if (!person.ok) return refused(person)
        const signedIn = await signIn(uow, parts, { user: person.user, method: key, client: clientOf(request) })
        return signedIn.ok
          ? signInReply(parts, request, signedIn, transport)
          : problem(403, `accounts.${signedIn.reason}`, signedIn.detail)
      })
    },
  })
}

function refused({ reason, detail }: { reason: JoinRefusal; detail: string }): Reply {
  return problem(403, `accounts.${reason}`, detail)
}

function listRoute({ database }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/auth/identities',
    id: 'listIdentities',
    summary: 'The accounts at other services that are joined to the own one.',
    tags,
    access: OWN_ACCOUNT,
    responses: {
      200: {
        description: 'The accounts.',
        schema: Joi.object({ items: Joi.array().items(identitySchema).required() }),
      },
    },
    handle: (request) =>
      asPerson(request, async ({ userId }) => {
        const rows = await database.transaction(PLATFORM, async (uow) =>
          ExternalAccount.in(uow).where('user_id', userId).orderBy('id'),
        )
        return ok({
          items: rows.map(({ id, provider, email, created_at }) => ({
            ...{ id, provider, email, createdAt: created_at.toISOString() },
          })),
        })
      }),
  })
}

function unlinkRoute({ database }: Parts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/auth/identities/{id}',
    id: 'unlinkIdentity',
    summary: 'Parts an account at another service from the own one; the last way in stays.',
    tags,
    access: OWN_ACCOUNT,
    params: Joi.object<{ id: string }>({ id: uuid.required() }),
    responses: {
      204: { description: 'Parted.' },
      404: { description: 'The caller has no such account.' },
      409: { description: 'It is the last way in: choose a password first.' },
    },
    handle: (request) =>
      asPerson(request, ({ userId }) =>
        database.transaction(PLATFORM, async (uow) => {
          const { id } = request.params
          const user = await User.in(uow).findOne({ id: userId }).forUpdate()
          const own = await ExternalAccount.in(uow).where('user_id', userId)
          if (!own.some((identity) => identity.id === id))
            return problem(404, 'accounts.identity-not-found', `You have joined no account ${id}.`)
          if (own.length === 1 && user?.password_hash == null)
            return problem(409, 'accounts.last-way-in', 'This is the last way in: choose a password first.')
          await ExternalAccount.in(uow).delete().where('id', id)
          return noContent()
        }),
      ),
  })
}
