import type { UnitOfWork } from '@parley/core'

/** Labels by conversation, sorted. */
export async function labelsOf(uow: UnitOfWork, ids: readonly string[]): Promise<ReadonlyMap<string, string[]>> {
  const found = new Map<string, string[]>()
  if (ids.length === 0) return found
  const { rows } = await uow.trx.raw<{ rows: { id: string; label: string }[] }>(
    `select l.conversation_id as id, l.label from inbox.conversation_label l
     where l.tenant_id = ?::uuid and l.conversation_id = any(?::uuid[]) order by l.label`,
    [uow.tenantId, [...ids]],
  )
  for (const { id, label } of rows) found.set(id, [...(found.get(id) ?? []), label])
  return found
}

/** Gives the conversation exactly these labels; names that are new become labels of the tenant. */
export async function setLabels(
  uow: UnitOfWork,
  conversationId: string,
  labels: readonly string[],
  now: Date,
): Promise<void> {
  const tenant = { tenant_id: uow.tenantId }
  const names = [...new Set(labels)].sort()
  if (names.length > 0)
    await uow
      .trx('inbox.label')
      .insert(names.map((name) => ({ ...tenant, name, created_at: now })))
      .onConflict(['tenant_id', 'name'])
      .ignore()
  await uow
    .trx('inbox.conversation_label')
    .where({ ...tenant, conversation_id: conversationId })
    .whereNotIn('label', names)
    .delete()
  if (names.length > 0)
    await uow
      .trx('inbox.conversation_label')
      .insert(names.map((label) => ({ ...tenant, conversation_id: conversationId, label })))
      .onConflict(['tenant_id', 'conversation_id', 'label'])
      .ignore()
}
