import { type Actor, type Identity, identityKey, type Sender } from '@parley/core'
import { v5 } from 'uuid'

/** A logged-in customer, vouched for by the tenant's own server. */
export interface VouchedUser {
  readonly id: string
  readonly name?: string
  readonly email?: string
}

/** The browser on the other side. */
export interface Visitor {
  readonly tenantId: string
  readonly connectionId: string
  /** Made by us at the first message; the browser keeps it. */
  readonly visitorId: string
  readonly user?: VouchedUser
}

/**
 * How the visitor is known, the one to answer to first: the vouched user, who is the same person in every browser, then
 * the browser.
 */
export function identitiesOf(visitor: Visitor): readonly [Identity, ...Identity[]] {
  const browser: Identity = { kind: 'visitor', scope: visitor.connectionId, value: visitor.visitorId }
  return visitor.user === undefined ? [browser] : [{ kind: 'user', scope: '', value: visitor.user.id }, browser]
}

export function senderOf(visitor: Visitor): Sender {
  const { user } = visitor
  return {
    identities: identitiesOf(visitor),
    ...(user?.name !== undefined && { displayName: user.name }),
    ...(user?.email !== undefined && { attributes: { email: user.email } }),
  }
}

/** The identity its thread is found by. */
export function threadKeyOf(visitor: Visitor): string {
  return identityKey(identitiesOf(visitor)[0])
}

/** Who listens: the browser itself, or one id for all browsers of a vouched user. Names the live topic. */
export function participantId(connectionId: string, identity: Identity): string {
  return identity.kind === 'visitor' ? identity.value : v5(identityKey(identity), connectionId)
}

export function livePath(participant: string): string {
  return `/live/webchat/${participant}`
}

/** The visitor as the kernel's request actor, and back. */
export function actorOf(visitor: Visitor): Actor {
  const { user } = visitor
  return {
    kind: 'visitor',
    id: participantId(visitor.connectionId, identitiesOf(visitor)[0]),
    tenantId: visitor.tenantId,
    permissions: [],
    claims: {
      connectionId: visitor.connectionId,
      visitorId: visitor.visitorId,
      ...(user !== undefined && { userId: user.id }),
      ...(user?.name !== undefined && { name: user.name }),
      ...(user?.email !== undefined && { email: user.email }),
    },
  }
}

/** `undefined` for an actor that is no visitor of ours. */
export function visitorOf(actor: Actor | undefined): Visitor | undefined {
  if (actor?.kind !== 'visitor') return undefined
  return visitorFrom({ tenantId: actor.tenantId, ...actor.claims })
}

/** From the flat claims of a token or an actor. */
export function visitorFrom(claims: Readonly<Record<string, string | undefined>>): Visitor | undefined {
  const { tenantId, connectionId, visitorId, userId, name, email } = claims
  if (tenantId === undefined || connectionId === undefined || visitorId === undefined) return undefined
  const browser = { tenantId, connectionId, visitorId }
  if (userId === undefined) return browser
  return {
    ...browser,
    user: { id: userId, ...(name !== undefined && { name }), ...(email !== undefined && { email }) },
  }
}
