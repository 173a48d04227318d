import type { PersonTraces, UnitOfWork } from '@parley/core'

/** Of an account, in a platform transaction: its addresses, and every tenant that has or had to do with it. */
export async function traces({ trx, tenantId }: UnitOfWork, userId: string): Promise<Partial<PersonTraces>> {
  const own = { tenant_id: tenantId }
  const users = await trx('accounts.user')
    .where({ ...own, id: userId })
    .select('email', 'email_norm')
  const elsewhere = await trx('accounts.external_identity')
    .where({ ...own, user_id: userId })
    .select('email')
  const { rows } = await trx.raw<{ rows: { tenant: string }[] }>(
    `select m.tenant from accounts.memberships_of(?) m
     union select t from accounts.tenants_that_name(?) t`,
    [userId, userId],
  )
  return {
    identifiers: [
      ...users.flatMap(({ email, email_norm }) => [email, email_norm]),
      ...elsewhere.flatMap(({ email }) => email ?? []),
    ],
    tenants: rows.map(({ tenant }) => tenant),
  }
}
