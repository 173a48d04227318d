import type { Identity, Sender } from '@parley/core'

export type SuggestionReason = 'shared-identity' | 'shared-phone' | 'shared-email'

/** A contact as the resolver needs it. */
export interface KnownContact {
  readonly id: string
  readonly name: string
  readonly blocked: boolean
}

export interface Claim extends Identity {
  readonly contactId: string
}

export interface MergeSuggestion {
  readonly contactIds: readonly [string, string]
  readonly reason: SuggestionReason
}

export interface ResolvePlan {
  /** One contact per sender, in order. */
  readonly assigned: readonly KnownContact[]
  readonly created: readonly { readonly contact: KnownContact; readonly sender: Sender }[]
  /** Identities that no contact has yet. */
  readonly claims: readonly Claim[]
  /** Contacts without a name, whose sender has one. */
  readonly named: readonly KnownContact[]
  readonly suggestions: readonly MergeSuggestion[]
}

/** Equal for equal identities; parts cannot run into each other. */
export function keyOf(identity: Identity): string {
  return JSON.stringify([identity.kind, identity.scope, identity.value])
}

/** An address is the same in any case; everything else is taken as the channel gives it. */
export function normalise({ kind, scope, value }: Identity): Identity {
  return { kind, scope, value: kind === 'email' ? value.trim().toLowerCase() : value }
}

/** Phone and email that a sender tells about itself. Nobody vouched for them, so they only ever suggest. */
export function hintsOf(sender: Sender): readonly Identity[] {
  const { phone, email } = sender.attributes ?? {}
  return [
    ...(phone ? [normalise({ kind: 'phone', scope: '', value: phone.replace(/[^\d+]/g, '') })] : []),
    ...(email ? [normalise({ kind: 'email', scope: '', value: email })] : []),
  ]
}

/**
 * Finds each sender's contact, or makes one. A sender with identities of two contacts stays with the first identity's
 * and the two are suggested for merging: they are never joined silently. An identity that nobody has is attached to the
 * contact it came with; one that somebody has is never moved.
 */
export function planResolve(
  senders: readonly Sender[],
  known: ReadonlyMap<string, KnownContact>,
  newId: () => string,
): ResolvePlan {
  const owners = new Map(known)
  const plan = { created: [], claims: [], suggestions: [] } as {
    created: { contact: KnownContact; sender: Sender }[]
    claims: Claim[]
    suggestions: MergeSuggestion[]
  }
  const named = new Map<string, KnownContact>()
  const current = (contact: KnownContact) => named.get(contact.id) ?? contact
  const assigned = senders.map((sender) => {
    const identities = sender.identities.map(normalise)
    const found = identities.map((identity) => owners.get(keyOf(identity))).find((owner) => owner !== undefined)
    const contact = found ?? { id: newId(), name: nameOf(sender), blocked: false }
    if (found === undefined) plan.created.push({ contact, sender })
    for (const identity of identities) attach(identity, contact, owners, plan)
    for (const hint of hintsOf(sender)) suggest(owners.get(keyOf(hint)), contact, `shared-${hint.kind}`, plan)
    if (current(contact).name === '' && nameOf(sender) !== '')
      named.set(contact.id, { ...contact, name: nameOf(sender) })
    return contact
  })
  return { ...plan, assigned: assigned.map(current), named: [...named.values()] }
}

export function nameOf(sender: Sender): string {
  return (sender.displayName ?? '').trim() || (sender.username ?? '').trim()
}

function attach(
  identity: Identity,
  contact: KnownContact,
  owners: Map<string, KnownContact>,
  plan: { claims: Claim[]; suggestions: MergeSuggestion[] },
): void {
  const owner = owners.get(keyOf(identity))
  if (owner !== undefined) {
    suggest(owner, contact, 'shared-identity', plan)
    return
  }
  owners.set(keyOf(identity), contact)
  plan.claims.push({ ...identity, contactId: contact.id })
}

function suggest(
  other: KnownContact | undefined,
  contact: KnownContact,
  reason: string,
  plan: { suggestions: MergeSuggestion[] },
): void {
  if (other === undefined || other.id === contact.id) return
  plan.suggestions.push({ contactIds: pair(contact.id, other.id), reason: reason as SuggestionReason })
}

/** Always in the same order, so that a pair is suggested once. */
export function pair(one: string, other: string): readonly [string, string] {
  return one < other ? [one, other] : [other, one]
}
