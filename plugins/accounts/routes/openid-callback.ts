import { defineRoute, type Reply, type Result, type Route, type RouteRequest } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { comeBack, keepForm, type Returned } from '../openid/attempt.ts'
import { type JoinRefusal, linkTo, personOf } from '../openid/join-identity.ts'
import { PLATFORM } from '../platform.ts'
import { attemptOf, refreshCookie } from '../sessions/cookie.ts'
import { clientOf } from '../sessions/signed-in.ts'
import { type SignedIn, type SignInRefusal, signIn } from '../signing-in/sign-in.ts'
import { providerParams } from './openid.ts'

const shared = {
  tags: ['auth'],
  access: { public: 'The service sends the browser here; its cookie and the state are the credential.' },
  params: providerParams,
  path: '/api/auth/openid/{provider}/callback',
} as const

/** Vendors add fields of their own; all of them are texts. */
const fields = Joi.object<Record<string, string>>({ state: Joi.string().max(200).required() })
  .pattern(Joi.string().max(60), Joi.string().allow('').max(4096))
  .max(30)

/** Coming back from another service, as a link (Google) or as a form (Apple). */
export function openIdCallbackRoutes(parts: Parts): readonly Route[] {
  return [linkRoute(parts), formRoute(parts)]
}

function linkRoute(parts: Parts): Route {
  return defineRoute({
    ...shared,
    method: 'GET',
    id: 'finishOpenId',
    cookies: true,
    summary: 'Ends a sign-in at another service: signs in by cookie, and goes back to the page that began it.',
    query: fields,
    responses: { 303: { description: 'Back to the page. Behind `#` stands how it went.' } },
    async handle(request) {
      const back = await parts.database.transaction(PLATFORM, (uow) =>
        comeBack(uow, parts, request.query, attemptOf(request)),
      )
      if (!back.ok) return goTo('/', { error: back.reason })
      const { departure, returned, attempt } = back
      const { returnTo } = departure
      if (departure.provider !== request.params.provider) return goTo(returnTo, { error: 'refused' })
      const answer = await parts.providers.byKey(departure.provider)?.finish(departure.redirectUri, returned, attempt)
      if (answer === undefined || !answer.ok) return goTo(returnTo, { error: answer?.reason ?? 'unavailable' })
      const arrived = await arrive(parts, request, back, answer.identity)
      if (!arrived.ok) return goTo(returnTo, { error: arrived.reason })
      if (arrived.linked) return goTo(returnTo, { linked: departure.provider })
      if (arrived.signedIn.step === 'second-factor') return goTo(returnTo, { challenge: arrived.signedIn.challenge })
      const cookie = refreshCookie(request, arrived.signedIn.grant.refreshToken, parts.settings)
      return goTo(returnTo, { 'signed-in': departure.provider }, { 'set-cookie': cookie })
    },
  })
}

function formRoute(parts: Parts): Route {
  return defineRoute({
    ...shared,
    method: 'POST',
    id: 'receiveOpenIdForm',
    summary: 'Takes the answer of a service that sends it as a form, and goes on where the cookie is.',
    body: { form: true, maxBytes: 32_768 },
    payload: fields,
    responses: { 303: { description: 'On to the same address as a link.' } },
    async handle({ params, payload }) {
      await parts.database.transaction(PLATFORM, (uow) => keepForm(uow, parts, payload))
      const query = new URLSearchParams({ state: payload.state ?? '' })
      return see(`/api/auth/openid/${encodeURIComponent(params.provider)}/callback?${query}`)
    },
  })
}

type Arrived = { readonly linked: true } | { readonly linked: false; readonly signedIn: SignedIn }

async function arrive(
  parts: Parts,
  request: Pick<RouteRequest, 'headers' | 'remoteAddress'>,
  { departure }: Returned,
  identity: Parameters<typeof personOf>[2]['identity'],
): Promise<Result<Arrived, JoinRefusal | SignInRefusal>> {
  const { provider, businessName } = departure
  const vouched = { provider, identity, businessName }
  return parts.database.transaction(PLATFORM, async (uow) => {
    if (departure.linkTo !== undefined) {
      const linked = await linkTo(uow, parts, vouched, departure.linkTo)
      return linked.ok ? { ok: true, linked: true } : linked
    }
    const person = await personOf(uow, parts, vouched)
    if (!person.ok) return person
    const signedIn = await signIn(uow, parts, { user: person.user, method: provider, client: clientOf(request) })
    return signedIn.ok ? { ok: true, linked: false, signedIn } : signedIn
  })
}

/** How it went stands behind `#`: a browser keeps that to itself. */
function goTo(path: string, outcome: Record<string, string>, headers: Record<string, string> = {}): Reply {
  return see(`${path.split('#')[0]}#${new URLSearchParams(outcome)}`, headers)
}

/** 303: whatever brought the browser here, it goes on with GET. */
function see(location: string, headers: Record<string, string> = {}): Reply {
  return { status: 303, headers: { location, ...headers } }
}
