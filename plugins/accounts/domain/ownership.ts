import { type Result, refuse } from '@parley/core'

export interface Standing {
  readonly userId: string
  readonly role: string
  readonly owner: boolean
}

/** Who asks: a member, a SUPER_ADMIN, or a program with a key (which never ranks above an admin). */
export interface Asking {
  readonly id: string
  readonly rank: Rank
}

/** Owner above admin above everybody else. */
export type Rank = 1 | 2 | 3

export type OwnershipRefusal = 'last-owner' | 'last-admin' | 'outranked' | 'own-role'

export function rankOf({ role, owner }: Pick<Standing, 'role' | 'owner'>): Rank {
  if (owner) return 3
  return role === 'admin' ? 2 : 1
}

/**
 * May this member become `after` (`undefined`: leave)? Nobody touches somebody of their own rank or above, except themselves,
 * and nobody raises themselves. A tenant that has an owner keeps one, and one that has an admin keeps one.
 */
export function judgeChange(
  members: readonly Standing[],
  target: Standing,
  after: Pick<Standing, 'role' | 'owner'> | undefined,
  asking: Asking,
): Result<object, OwnershipRefusal> {
  const self = asking.id === target.userId
  const wanted = after === undefined ? 1 : rankOf(after)
  if (!self && asking.rank <= rankOf(target) && asking.rank < 3)
    return refuse('outranked', 'Only somebody of a higher rank may change this member.')
  if (wanted > asking.rank) return refuse('outranked', 'Nobody gives a rank above their own.')
  if (self && wanted > rankOf(target)) return refuse('own-role', 'Nobody raises themselves.')
  const others = members.filter(({ userId }) => userId !== target.userId)
  const left = after === undefined ? others : [...others, { ...target, ...after }]
  if (members.some(({ owner }) => owner) && !left.some(({ owner }) => owner))
    return refuse('last-owner', 'A team keeps an owner: give the ownership to somebody else first.')
  if (members.some(({ role }) => role === 'admin') && !left.some(({ role }) => role === 'admin'))
    return refuse('last-admin', 'A team keeps an admin: make somebody else one first.')
  return { ok: true }
}
