import Jwt from '@hapi/jwt'
import type { Clock, SigningKeys } from '@parley/core'
import type { AccountsSettings } from '../settings.ts'

/** What an access token says: whose session, in which tenant. Rights are looked up, so that taking them away counts at once. */
export interface AccessClaims {
  /** The user. */
  readonly sub: string
  /** The session. */
  readonly sid: string
  /** The tenant. */
  readonly tid: string
  /** The plan that the tenant was on: for clients to show, never to decide by. */
  readonly tier: string
}

const ALGORITHM = 'HS256'
/** RFC 9068: an access token, so that no other JWT of ours could pass for one. */
const TYPE = 'at+jwt'
const PURPOSE = 'access-token'
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Access tokens: JWTs of some minutes, signed under the key ring, the key named by `kid`. One algorithm, never the token's choice. */
export class AccessTokens {
  readonly #keys: SigningKeys
  readonly #clock: Clock
  readonly #settings: AccountsSettings

  constructor(parts: { keys: SigningKeys; clock: Clock; settings: AccountsSettings }) {
    this.#keys = parts.keys
    this.#clock = parts.clock
    this.#settings = parts.settings
  }

  sign(claims: AccessClaims): string {
    const { id, key } = this.#keys.current(PURPOSE)
    const { issuer, audience, accessTokenSeconds } = this.#settings
    return Jwt.token.generate(
      { ...claims, iss: issuer, aud: audience },
      { key, algorithm: ALGORITHM },
      { header: { kid: id, typ: TYPE }, ttlSec: accessTokenSeconds, now: this.#clock.millis() },
    )
  }

  /** Looks like one of ours, by its form alone. */
  recognizes(token: string): boolean {
    return JWT.test(token)
  }

  /** `undefined` for a token that is malformed, forged, expired, or of another kind. */
  verify(token: string): AccessClaims | undefined {
    if (!JWT.test(token)) return undefined
    try {
      const artifacts = Jwt.token.decode(token)
      const header: { kid?: unknown; typ?: unknown } = artifacts.decoded.header
      const found = typeof header.kid === 'string' ? this.#keys.find(PURPOSE, header.kid) : undefined
      const claims = claimsOf(artifacts.decoded.payload)
      if (found === undefined || claims === undefined || header.typ !== TYPE) return undefined
      const { issuer: iss, audience: aud, accessTokenSeconds: maxAgeSec } = this.#settings
      const expected = { iss, aud, sub: claims.sub, maxAgeSec, now: this.#clock.millis() }
      Jwt.token.verify(artifacts, { key: found.key, algorithm: ALGORITHM }, expected)
      return claims
    } catch {
      // The library throws for every kind of bad token; all of them are the same to a caller.
      return undefined
    }
  }
}

function claimsOf({ sub, sid, tid, tier, exp }: Record<string, unknown>): AccessClaims | undefined {
  if (typeof sub !== 'string' || typeof sid !== 'string' || typeof tid !== 'string' || typeof exp !== 'number')
    return undefined
  return { sub, sid, tid, tier: typeof tier === 'string' ? tier : '' }
}
