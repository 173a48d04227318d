import type { ExportPart, UnitOfWork } from '@parley/core'

/** The account without what proves who somebody is: no hash, no secret. In a platform transaction. */
export async function* exportAccount({ trx, tenantId }: UnitOfWork, userId: string): AsyncGenerator<ExportPart> {
  const own = { tenant_id: tenantId, user_id: userId }
  const shown = ['id', 'email', 'name', 'locale', 'time_zone', 'status', 'email_verified_at', 'created_at']
  const users = trx('accounts.user').where({ tenant_id: tenantId, id: userId })
  yield { name: 'account', items: await users.select(...shown, 'updated_at', 'last_login_at') }
  const identities = trx('accounts.external_identity').where(own)
  yield { name: 'identities', items: await identities.select('provider', 'issuer', 'subject', 'email', 'created_at') }
  const sessions = trx('accounts.session').where(own)
  yield {
    name: 'sessions',
    items: await sessions.select('tenant', 'method', 'ip', 'user_agent', 'created_at', 'used_at', 'revoked_at'),
  }
}

/** What they are and did in one tenant. */
export async function* exportMember({ trx, tenantId }: UnitOfWork, userId: string): AsyncGenerator<ExportPart> {
  const own = { tenant_id: tenantId }
  const memberships = trx('accounts.membership').where({ ...own, user_id: userId })
  yield { name: 'membership', items: await memberships.select('role', 'owner', 'joined_at') }
  const activity = trx('accounts.activity')
    .where(own)
    .where((either) => either.where('actor_id', userId).orWhere('subject_id', userId))
    .orderBy('id')
  yield {
    name: 'activity',
    items: await activity.select('action', 'actor_id', 'subject_id', 'details', 'ip', 'created_at'),
  }
}
