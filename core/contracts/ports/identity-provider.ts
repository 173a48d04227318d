import { defineManyPort } from '../../plugin/port.ts'
import type { Result } from '../../plugin/result.ts'

/** Somebody as another service knows them. Found again by issuer and subject, never by the address. */
export interface ExternalIdentity {
  readonly issuer: string
  readonly subject: string
  /** Absent where the service does not tell it. May be a relay address (Apple). */
  readonly email?: string
  /** The service has checked that the address is this person's. */
  readonly emailVerified: boolean
  /** The service runs the mailbox, or answers for it today: good enough to join an account that is there already. */
  readonly emailAuthoritative: boolean
  readonly name?: string
}

/** What must be kept between leaving for the service and coming back. Secret. */
export interface SignInAttempt {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}

export type IdentityFailure = 'refused' | 'unavailable'

/** Signs people in at another service: OpenID Connect, authorization code with PKCE, `state` and `nonce`. */
export interface IdentityProvider {
  /** As a button says it: `Google`. */
  readonly name: string
  /** Where to send the browser. `unavailable` when the service cannot be reached. */
  start(
    redirectUri: string,
  ): Promise<Result<{ readonly url: string; readonly attempt: SignInAttempt }, IdentityFailure>>
  /** `returned`: what the browser brought back, as form or query fields. */
  finish(
    redirectUri: string,
    returned: Readonly<Record<string, string>>,
    attempt: SignInAttempt,
  ): Promise<Result<{ readonly identity: ExternalIdentity }, IdentityFailure>>
  /** An ID token that a program of the tenant got itself: signature, issuer, audience, expiry and nonce (when given) are checked. */
  verify(idToken: string, nonce?: string): Promise<Result<{ readonly identity: ExternalIdentity }, IdentityFailure>>
}

export const identityProvider = defineManyPort<IdentityProvider>('identity-provider')
