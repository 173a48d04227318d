import type { VendorReply, VendorRequest } from '@parley/core/testing/vendor'
import type { PlatformContext } from './context.ts'
import { graphRefusal, type Refusal, refusal } from './graph-refusal.ts'
import type { SimulatedAccount } from './state.ts'

const DAY_MS = 86_400_000
const LIFE_MS = 60 * DAY_MS

/** The token that a call carries. */
export function tokenOf(request: VendorRequest): string {
  const header = request.headers.authorization
  return typeof header === 'string' && header.startsWith('Bearer ') ? header.slice('Bearer '.length) : ''
}

/** A token opens its own account; what it is not, is not told apart from what it no longer is, except when it ended. */
export function tokenProblem(context: PlatformContext, account: SimulatedAccount, token: string): Refusal | undefined {
  if (token === '' || (account.accessToken !== undefined && account.accessToken !== token))
    return refusal(190, `Malformed access token ${token}`)
  const ended = account.tokenExpiresAt !== undefined && account.tokenExpiresAt <= context.now()
  return ended ? refusal(190, undefined, 463) : undefined
}

/** `GET /me`: what the token opens. */
export function describeAccount(account: SimulatedAccount): VendorReply {
  const { id, name, username } = account
  if (account.login === 'facebook')
    return { status: 200, body: { id: account.pageId, name, instagram_business_account: { id, username } } }
  if (username === undefined) return { status: 200, body: { id, name } }
  // `id` is scoped to the app with Instagram Login, and never what webhooks say.
  return { status: 200, body: { id: `9${id}`, user_id: id, username, name } }
}

/** `GET /{page}?fields=access_token` with the token of a person who manages it: a fresh token of the page. */
export function pageToken(context: PlatformContext, page: string, token: string): VendorReply | undefined {
  const managed = (account: SimulatedAccount) => (account.pageId ?? account.id) === page && account.userToken === token
  const account = [...context.state.accounts.values()].find(managed)
  if (account === undefined || token === '') return undefined
  const accessToken = context.state.nextId('token')
  const { tokenExpiresAt: _ended, ...kept } = account
  context.state.accounts.set(account.id, { ...kept, accessToken })
  return { status: 200, body: { id: page, access_token: accessToken } }
}

/** `GET /refresh_access_token`: a token between a day old and its end gets 60 days more. */
export function refreshToken(context: PlatformContext, request: VendorRequest): VendorReply {
  const token = request.query.get('access_token') ?? ''
  const account = [...context.state.accounts.values()].find((one) => one.accessToken === token)
  if (request.query.get('grant_type') !== 'ig_refresh_token' || account === undefined)
    return graphRefusal(refusal(190, `Malformed access token ${token}`))
  const problem = tokenProblem(context, account, token)
  if (problem !== undefined) return graphRefusal(problem)
  const now = context.now()
  if (account.tokenIssuedAt !== undefined && now - account.tokenIssuedAt < DAY_MS)
    return graphRefusal(refusal(100, 'The access token must be at least 24 hours old.'))
  const accessToken = context.state.nextId('token')
  const life = { tokenIssuedAt: now, tokenExpiresAt: now + LIFE_MS }
  context.state.accounts.set(account.id, { ...account, accessToken, ...life })
  return { status: 200, body: { access_token: accessToken, token_type: 'bearer', expires_in: LIFE_MS / 1000 } }
}

/** `GET /{person}`: names, for the account that the person wrote to. */
export function profileOf(context: PlatformContext, account: SimulatedAccount, id: string): VendorReply {
  const person = context.state.people.get(id)
  if (person === undefined) return graphRefusal(refusal(100, undefined, 33))
  if (person.hidden || context.state.acts(account.id, id) === undefined) return graphRefusal(refusal(230))
  if (context.product.object === 'instagram')
    return { status: 200, body: { id, name: person.name, username: person.username ?? `user${id.slice(-4)}` } }
  const [first_name, ...last] = person.name.split(' ')
  return { status: 200, body: { id, first_name, last_name: last.join(' ') } }
}
