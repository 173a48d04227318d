import type { Clock, Connection, Result, TokenSigner } from '@parley/core'
import { v7 } from 'uuid'
import { verifyIdentity } from './identity-token.ts'
import type { WebchatSettings } from './settings.ts'
import { actorOf, type Visitor, type VouchedUser, visitorFrom } from './visitor.ts'

const PURPOSE = 'webchat'

export interface Session {
  readonly token: string
  readonly visitor: Visitor
}

/**
 * Visitors without a table: who they are stands in a signed token that the browser keeps.
 *
 * A session begins at the first message, is renewed on every visit, and becomes a vouched user's when the tenant's server
 * says so. A browser in which somebody else logs in starts anew: two people never share a visitor.
 */
export class Sessions {
  readonly #tokens: TokenSigner
  readonly #clock: Clock
  readonly #settings: WebchatSettings

  constructor(deps: { tokens: TokenSigner; clock: Clock; settings: WebchatSettings }) {
    this.#tokens = deps.tokens
    this.#clock = deps.clock
    this.#settings = deps.settings
  }

  /** The visitor that `token` names, or `undefined` when it is forged, expired or of another purpose. */
  verify(token: string): Visitor | undefined {
    const claims = this.#tokens.verify(PURPOSE, token)
    return claims === undefined ? undefined : visitorFrom(claims)
  }

  /**
   * Starts or renews. An unusable `token` starts a new visitor; a bad `identity` is refused, because the page would
   * otherwise show one person's thread to another.
   */
  open(
    connection: Connection,
    { token, identity }: { token?: string | undefined; identity?: string | undefined },
  ): Result<Session, 'identity-refused'> {
    const known = token === undefined ? undefined : this.verify(token)
    const mine = known?.connectionId === connection.id ? known : undefined
    if (identity === undefined) return { ok: true, ...this.#issue(mine ?? this.#stranger(connection)) }
    const vouched = verifyIdentity(identity, {
      secret: connection.secrets.identitySecret,
      audience: connection.id,
      now: this.#clock.now(),
      maxSeconds: this.#settings.identityMaxSeconds,
    })
    if (!vouched.ok) return vouched
    return { ok: true, ...this.#issue(this.#join(connection, mine, vouched.user)) }
  }

  #join(connection: Connection, mine: Visitor | undefined, user: VouchedUser): Visitor {
    const sameBrowser = mine !== undefined && (mine.user === undefined || mine.user.id === user.id)
    return { ...(sameBrowser ? mine : this.#stranger(connection)), user }
  }

  #stranger(connection: Connection): Visitor {
    return { tenantId: connection.tenantId, connectionId: connection.id, visitorId: v7() }
  }

  #issue(visitor: Visitor): Session {
    const claims = { tenantId: visitor.tenantId, ...actorOf(visitor).claims }
    return { token: this.#tokens.sign(PURPOSE, claims, this.#settings.sessionTtlSeconds), visitor }
  }
}
