import type { ErasureCounts, PersonTraces, UnitOfWork } from '@parley/core'

/** What a tenant keeps of a member: what they did stays in its log, by an id that leads nowhere; who they were goes. */
export async function eraseMember(
  { trx, tenantId }: UnitOfWork,
  userId: string,
  { identifiers }: PersonTraces,
): Promise<ErasureCounts> {
  const addresses = [...identifiers]
  const own = { tenant_id: tenantId }
  const invitations = await trx('accounts.invitation').where(own).whereIn('email_norm', addresses).delete()
  const did = await trx('accounts.activity')
    .where({ ...own, actor_id: userId })
    .update({ actor_name: '', ip: '' })
  const underwent = await trx('accounts.activity')
    .where(own)
    .where((either) => either.where('subject_id', userId).orWhereIn('subject_name', addresses))
    .update({ subject_name: '', details: '{}' })
  return { erased: { invitations }, anonymised: { did, underwent } }
}
