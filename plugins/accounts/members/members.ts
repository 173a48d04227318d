import type { UnitOfWork } from '@parley/core'

/** A member of the transaction's own tenant. */
export interface Member {
  readonly id: string
  readonly email: string
  readonly email_norm: string
  readonly email_verified: boolean
  readonly name: string
  readonly role: string
  readonly owner: boolean
  readonly second_factor: boolean
  readonly joined_at: Date
  readonly last_login_at: Date | null
}

export interface MemberQuery {
  readonly id?: string
  readonly emailNorm?: string
  readonly after?: string
  readonly limit: number
}

/** In the order their accounts were made. */
export async function membersOf(uow: UnitOfWork, query: MemberQuery): Promise<readonly Member[]> {
  const { id = null, emailNorm = null, after = null, limit } = query
  const { rows } = await uow.trx.raw<{ rows: Member[] }>(
    `select * from accounts.members_of_tenant()
      where (?::uuid is null or id = ?::uuid) and (?::text is null or email_norm = ?) and (?::uuid is null or id > ?::uuid)
      order by id limit ?`,
    [id, id, emailNorm, emailNorm, after, after, limit] as never[],
  )
  return rows
}

export async function memberById(uow: UnitOfWork, id: string): Promise<Member | undefined> {
  return (await membersOf(uow, { id, limit: 1 }))[0]
}
