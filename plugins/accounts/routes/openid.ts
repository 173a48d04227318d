import { defineRoute, ok, problem, type Reply, type Route, type RouteRequest } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { begin, type Departure } from '../openid/attempt.ts'
import { PLATFORM } from '../platform.ts'
import { attemptCookie } from '../sessions/cookie.ts'
import { foreignPage } from '../sessions/csrf.ts'
import { asPerson, OWN_ACCOUNT } from '../sessions/signed-in.ts'
import { confirmed } from '../signing-in/confirm.ts'
import { notConfirmed } from './passwords.ts'
import { password, personName } from './schemas.ts'

const tags = ['auth']
export const providerParams = Joi.object<{ provider: string }>({ provider: Joi.string().max(40).required() })

/** A path of ours, never another site: `//evil` and `/\evil` are addresses to a browser. */
const returnTo = Joi.string()
  .max(500)
  .pattern(/^\/(?![/\\])[\x21-\x7e]*$/, 'a path of this address')
  .default('/')
const begun = {
  200: {
    description: 'Where to send the browser. A cookie ties the sign-in to it.',
    schema: Joi.object({ url: Joi.string().required() }),
  },
  403: { description: 'The call comes from a foreign page.' },
  404: { description: 'This service is not configured.' },
  429: { description: 'Too many attempts.' },
}

export function openIdRoutes(parts: Parts): readonly Route[] {
  return [providersRoute(parts), startRoute(parts), linkRoute(parts)]
}

function providersRoute({ providers }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/auth/providers',
    id: 'listIdentityProviders',
    summary: 'The services that people can sign in with here.',
    tags,
    access: { public: 'A sign-in page shows them as buttons.' },
    responses: {
      200: {
        description: 'The services.',
        schema: Joi.object({
          items: Joi.array()
            .items(Joi.object({ key: Joi.string().required(), name: Joi.string().required() }))
            .required(),
        }),
      },
    },
    handle: async () =>
      ok({ items: providers.keys().flatMap((key) => ({ key, name: providers.byKey(key)?.name ?? key })) }),
  })
}

function startRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/openid/{provider}',
    id: 'startOpenId',
    summary: 'Begins a sign-in at another service; a person who is new gets an account and a tenant.',
    tags,
    access: { public: 'Whoever signs in has no token yet.' },
    limit: 'auth',
    params: providerParams,
    payload: Joi.object<{ returnTo: string; businessName?: string }>({ returnTo, businessName: personName }),
    responses: begun,
    handle: (request) => {
      const { returnTo, businessName = '' } = request.payload
      return depart(parts, request, request.params.provider, { returnTo, businessName })
    },
  })
}

function linkRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/openid/{provider}/link',
    id: 'linkOpenId',
    summary: 'Begins joining an account at another service to the own one.',
    tags,
    access: OWN_ACCOUNT,
    limit: 'auth',
    idempotent: false,
    params: providerParams,
    payload: Joi.object<{ returnTo: string; password?: string }>({ returnTo, password }),
    responses: begun,
    handle: (request) =>
      asPerson(request, async (person) => {
        const { returnTo, password } = request.payload
        if ((await confirmed(parts, person, password)) === undefined) return notConfirmed('password')
        const { userId: linkTo } = person
        return depart(parts, request, request.params.provider, { returnTo, businessName: '', linkTo })
      }),
  })
}

async function depart(
  parts: Parts,
  request: Pick<RouteRequest, 'headers' | 'origin'>,
  key: string,
  wanted: Pick<Departure, 'returnTo' | 'businessName' | 'linkTo'>,
): Promise<Reply> {
  const foreign = foreignPage(request)
  if (foreign !== undefined) return foreign
  const provider = parts.providers.byKey(key)
  if (provider === undefined) return problem(404, 'accounts.provider-not-found', `Nobody signs in with ${key} here.`)
  const redirectUri = `${request.origin}/api/auth/openid/${key}/callback`
  const left = await provider.start(redirectUri)
  if (!left.ok) return problem(503, `accounts.provider-${left.reason}`, left.detail)
  const { url, binding } = await parts.database.transaction(PLATFORM, (uow) =>
    begin(uow, parts, { ...wanted, provider: key, redirectUri }, left),
  )
  return ok({ url }, { 'set-cookie': attemptCookie(request, binding, parts.settings) })
}
