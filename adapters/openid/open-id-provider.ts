import {
  type Clock,
  type ExternalIdentity,
  type IdentityFailure,
  type IdentityProvider,
  type Result,
  refuse,
  type SignInAttempt,
} from '@parley/core'
import { createRemoteJWKSet, type JWTVerifyGetKey, jwtVerify } from 'jose'
import * as client from 'openid-client'
import type { Claims, ReadClaims } from './claims.ts'
import { failureOf } from './failures.ts'
import { isLoopback } from './settings.ts'

export interface OpenIdOptions {
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  readonly auth: client.ClientAuth
  readonly scope: string
  /** `form_post`: the browser brings the answer as a form (Apple, whenever a name or address is asked for). */
  readonly responseMode?: 'form_post'
  readonly read: ReadClaims
  readonly timeoutMs: number
  readonly clock: Clock
}

type Returned = Readonly<Record<string, string>>

/** Fields of an authorization response that the library looks at; a vendor's own (`user`) stay outside. */
const STANDARD = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri', 'session_state']
/** Signatures by key pairs only: with a shared secret, whoever knows it could write tokens. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA']

/**
 * A provider of OpenID Connect: authorization code with PKCE (S256), `state` and `nonce`; the ID token's signature, issuer,
 * audience and times are checked although it comes over TLS. Its metadata is read when first needed.
 */
export class OpenIdProvider implements IdentityProvider {
  readonly name: string
  readonly #options: OpenIdOptions
  #found: Promise<client.Configuration> | undefined
  #keys: JWTVerifyGetKey | undefined

  constructor(options: OpenIdOptions) {
    this.name = options.name
    this.#options = options
  }

  async start(redirectUri: string): Promise<Result<{ url: string; attempt: SignInAttempt }, IdentityFailure>> {
    try {
      const configuration = await this.#configuration()
      const attempt = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        codeVerifier: client.randomPKCECodeVerifier(),
      }
      const { scope, responseMode } = this.#options
      const url = client.buildAuthorizationUrl(configuration, {
        ...{ redirect_uri: redirectUri, scope, state: attempt.state, nonce: attempt.nonce },
        code_challenge: await client.calculatePKCECodeChallenge(attempt.codeVerifier),
        code_challenge_method: 'S256',
        ...(responseMode === undefined ? {} : { response_mode: responseMode }),
      })
      return { ok: true, url: url.href, attempt }
    } catch (error) {
      return failureOf(error)
    }
  }

  async finish(
    redirectUri: string,
    returned: Returned,
    attempt: SignInAttempt,
  ): Promise<Result<{ identity: ExternalIdentity }, IdentityFailure>> {
    try {
      const configuration = await this.#configuration()
      const answer = new URL(redirectUri)
      for (const name of STANDARD) if (returned[name] !== undefined) answer.searchParams.set(name, returned[name])
      const tokens = await client.authorizationCodeGrant(configuration, answer, {
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        pkceCodeVerifier: attempt.codeVerifier,
        idTokenExpected: true,
      })
      const claims = tokens.claims() as Claims
      const more = claims.email === undefined ? await this.#userInfo(configuration, tokens.access_token, claims) : {}
      return { ok: true, identity: this.#options.read({ ...more, ...claims }, returned) }
    } catch (error) {
      return failureOf(error)
    }
  }

  async verify(idToken: string, nonce?: string): Promise<Result<{ identity: ExternalIdentity }, IdentityFailure>> {
    try {
      const { issuer, clientId, clock, read } = this.#options
      const expected = { issuer, audience: clientId, algorithms: ALGORITHMS, currentDate: clock.now() }
      const { payload } = await jwtVerify(idToken, await this.#keySet(), {
        ...expected,
        requiredClaims: ['sub', 'exp', 'iat', ...(nonce === undefined ? [] : ['nonce'])],
      })
      if (nonce !== undefined && payload.nonce !== nonce)
        return refuse('refused', 'The ID token was made for another sign-in: its nonce differs.')
      return { ok: true, identity: read(payload, {}) }
    } catch (error) {
      return failureOf(error)
    }
  }

  /** Some providers keep the address out of the token. */
  async #userInfo(configuration: client.Configuration, accessToken: string, claims: Claims): Promise<Claims> {
    if (configuration.serverMetadata().userinfo_endpoint === undefined) return {}
    return client.fetchUserInfo(configuration, accessToken, String(claims.sub))
  }

  async #keySet(): Promise<JWTVerifyGetKey> {
    const uri = (await this.#configuration()).serverMetadata().jwks_uri
    this.#keys ??= createRemoteJWKSet(new URL(uri ?? this.#options.issuer), {
      timeoutDuration: this.#options.timeoutMs,
    })
    return this.#keys
  }

  /** Read once; a failure is not remembered. */
  #configuration(): Promise<client.Configuration> {
    this.#found ??= this.#discover().catch((error: unknown) => {
      this.#found = undefined
      throw error
    })
    return this.#found
  }

  #discover(): Promise<client.Configuration> {
    const { issuer, clientId, auth, timeoutMs } = this.#options
    const execute = [client.enableNonRepudiationChecks, ...(isLoopback(issuer) ? [client.allowInsecureRequests] : [])]
    return client.discovery(new URL(issuer), clientId, undefined, auth, { execute, timeout: timeoutMs / 1000 })
  }
}
