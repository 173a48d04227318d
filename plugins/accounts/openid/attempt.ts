import { type IdentityFailure, type Result, refuse, type SignInAttempt, type UnitOfWork } from '@parley/core'
import type { Parts } from '../context.ts'
import { hashSecret, newSecret } from '../tokens/secret-token.ts'

/** What somebody who left for another service came from, and where they want to be afterwards. */
export interface Departure {
  readonly provider: string
  readonly redirectUri: string
  /** A path of ours. */
  readonly returnTo: string
  /** The name of a new business, should the person be new. */
  readonly businessName: string
  /** Set when somebody who is signed in joins the outside account to their own. */
  readonly linkTo?: string
}

export interface Begun {
  readonly url: string
  /** For the cookie: only the browser that left may come back. */
  readonly binding: string
}

type Fields = Readonly<Record<string, string>>

/** Keeps what is needed at the return, sealed, under the `state`; says where to send the browser. */
export async function begin(
  uow: UnitOfWork,
  parts: Parts,
  departure: Departure,
  left: { readonly url: string; readonly attempt: SignInAttempt },
): Promise<Begun> {
  const { oneTime, settings } = parts
  const binding = newSecret()
  const { state, nonce, codeVerifier } = left.attempt
  const { linkTo, ...rest } = departure
  const data: Fields = {
    ...{ ...rest, nonce, codeVerifier, binding: hashSecret(binding).toString('base64url') },
    ...(linkTo === undefined ? {} : { linkTo }),
  }
  await oneTime.issue(uow, 'sign-in', { token: state, data, seconds: settings.signInSeconds })
  return { url: left.url, binding }
}

/** How often a form may arrive for one departure: browsers repeat. */
const FORMS = 5
const RETURNED = 'returned.'

/**
 * A form comes from the service's page and carries no cookie of ours (SameSite), so it is kept, and the browser sent on to
 * our own address, where it has the cookie again.
 */
export async function keepForm(uow: UnitOfWork, { oneTime }: Parts, form: Fields): Promise<boolean> {
  const known = await oneTime.attempt(uow, 'sign-in', form.state ?? '', FORMS)
  if (known === undefined) return false
  const returned = Object.entries(form).map(([name, value]) => [`${RETURNED}${name}`, value])
  await oneTime.carry(uow, known.id, { ...known.data, ...Object.fromEntries(returned) })
  return true
}

export interface Returned {
  readonly departure: Departure
  readonly attempt: SignInAttempt
  readonly returned: Fields
}

/** The departure that a browser comes back from: once, and only the browser that left. */
export async function comeBack(
  uow: UnitOfWork,
  { oneTime }: Parts,
  query: Fields,
  binding: string | undefined,
): Promise<Result<Returned, IdentityFailure>> {
  const redeemed = await oneTime.redeem(uow, 'sign-in', query.state ?? '')
  const known = redeemed?.data
  const same = binding !== undefined && known?.binding === hashSecret(binding).toString('base64url')
  if (known === undefined || !same)
    return refuse('refused', 'This sign-in was not begun in this browser, or has ended.')
  const kept = Object.entries(known)
    .filter(([name]) => name.startsWith(RETURNED))
    .map(([name, value]) => [name.slice(RETURNED.length), value])
  const { provider = '', redirectUri = '', returnTo = '/', businessName = '', linkTo } = known
  const { nonce = '', codeVerifier = '' } = known
  return {
    ok: true,
    departure: { provider, redirectUri, returnTo, businessName, ...(linkTo === undefined ? {} : { linkTo }) },
    attempt: { state: query.state ?? '', nonce, codeVerifier },
    returned: kept.length > 0 ? Object.fromEntries(kept) : query,
  }
}
