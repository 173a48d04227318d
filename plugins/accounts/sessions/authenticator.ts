import type { Authenticator, Clock } from '@parley/core'
import type { AccessTokens } from '../tokens/access-tokens.ts'
import type { Standings } from './standings.ts'

/** `Authorization: Bearer <access token>`, beside the kernel's API keys. A token is worth what its session is worth now. */
export function accessTokenAuthenticator(parts: {
  readonly access: AccessTokens
  readonly standings: Standings
  readonly clock: Clock
}): Authenticator {
  const { access, standings, clock } = parts
  return {
    scheme: 'bearer',
    recognizes: (token) => access.recognizes(token),
    async authenticate(token) {
      const claims = access.verify(token)
      if (claims === undefined) return undefined
      const standing = await standings.of(claims.sid)
      if (standing === undefined || standing.expiresAt <= clock.millis()) return undefined
      const { actor } = standing
      // A session that moved to another tenant leaves the tokens of the first behind.
      return actor.id === claims.sub && actor.tenantId === claims.tid ? actor : undefined
    },
  }
}
