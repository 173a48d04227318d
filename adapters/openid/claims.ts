import type { ExternalIdentity } from '@parley/core'

/** What an ID token, or the user-info endpoint, says. Checked before it gets here; of its fields nothing is taken for granted. */
export type Claims = Readonly<Record<string, unknown>>

export type ReadClaims = (claims: Claims, returned: Readonly<Record<string, string>>) => ExternalIdentity

/**
 * Google answers for an address that it runs: Gmail's, or one of a Workspace domain (`hd`). Any other was checked once, when
 * the account was made, and may be somebody else's by now
 * (developers.google.com/identity/gsi/web/guides/verify-google-id-token).
 */
export const readGoogle: ReadClaims = (claims) => {
  const identity = plainIdentity(claims, textOf(claims.name))
  const { email = '', emailVerified } = identity
  const runs = /@(gmail|googlemail)\.com$/i.test(email) || textOf(claims.hd) !== ''
  return { ...identity, emailAuthoritative: emailVerified && runs }
}

/**
 * Apple tells the name once, at the first sign-in, and not in the token but in a form field `user`; booleans may come as texts;
 * the address may be a relay's (`…@privaterelay.appleid.com`), which reaches the person and nobody else
 * (developer.apple.com/documentation/signinwithapple).
 */
export const readApple: ReadClaims = (claims, returned) => {
  const identity = plainIdentity(claims, appleName(returned.user))
  return { ...identity, emailAuthoritative: identity.emailVerified }
}

export const readOther =
  (ownsMailboxes: boolean): ReadClaims =>
  (claims) => {
    const identity = plainIdentity(claims, textOf(claims.name))
    return { ...identity, emailAuthoritative: ownsMailboxes && identity.emailVerified }
  }

function plainIdentity(claims: Claims, name: string): ExternalIdentity {
  const email = textOf(claims.email)
  return {
    issuer: textOf(claims.iss),
    subject: textOf(claims.sub),
    emailVerified: email !== '' && (claims.email_verified === true || claims.email_verified === 'true'),
    emailAuthoritative: false,
    ...(email === '' ? {} : { email }),
    ...(name === '' ? {} : { name }),
  }
}

/** `{"name":{"firstName":"Ann","lastName":"Lee"},"email":…}`: written by the browser's side, so good for a greeting only. */
function appleName(user: string | undefined): string {
  if (user === undefined) return ''
  try {
    const { name } = JSON.parse(user) as { name?: { firstName?: unknown; lastName?: unknown } }
    return [textOf(name?.firstName), textOf(name?.lastName)].filter((part) => part !== '').join(' ')
  } catch {
    // A name that cannot be read is no name.
    return ''
  }
}

const LONGEST = 320

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST) : ''
}
