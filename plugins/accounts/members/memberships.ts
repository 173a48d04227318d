import type { UnitOfWork } from '@parley/core'

/** A tenant that a person works for. */
export interface MembershipOf {
  readonly tenant: string
  readonly slug: string
  readonly name: string
  readonly status: 'active' | 'suspended' | 'closed'
  readonly role: string
  readonly owner: boolean
  readonly joined_at: Date
}

/** Every tenant of a person, the first one first. */
export async function membershipsOf(uow: UnitOfWork, userId: string): Promise<readonly MembershipOf[]> {
  const { rows } = await uow.trx.raw<{ rows: MembershipOf[] }>('select * from accounts.memberships_of(?)', [userId])
  return rows
}
