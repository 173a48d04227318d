import type { ErasureCounts, UnitOfWork } from '@parley/core'

/** What an agent wrote belongs to the tenant's conversations; whose name it was goes. */
export async function eraseAgent({ trx, tenantId }: UnitOfWork, userId: string): Promise<ErasureCounts> {
  const readers = await trx('inbox.reader').where({ tenant_id: tenantId, user_id: userId }).delete()
  const assigned = await trx('inbox.conversation')
    .where({ tenant_id: tenantId, assignee_id: userId })
    .update({ assignee_id: null })
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `update inbox.message m set author = m.author - 'name'
      where m.tenant_id = ?::uuid and m.author ->> 'id' = ? and jsonb_exists(m.author, 'name')`,
    [tenantId, userId],
  )
  return { erased: { readers }, anonymised: { assigned, messages: rowCount } }
}
