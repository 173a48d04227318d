import type { Identity, UnitOfWork } from '@parley/core'

/** These, each with the address that its thread is answered to. Those whose thread is gone are left out. One round trip. */
export async function withAddresses<T extends { readonly threadId: string }>(
  uow: UnitOfWork,
  named: readonly T[],
): Promise<readonly (T & { readonly address: Identity })[]> {
  if (named.length === 0) return []
  const { rows } = await uow.trx.raw<{ rows: { id: string; address: Identity }[] }>(
    'select id, address from inbox.thread where tenant_id = ?::uuid and id = any(?::uuid[])',
    [uow.tenantId, [...new Set(named.map(({ threadId }) => threadId))]],
  )
  const addresses = new Map(rows.map(({ id, address }) => [id, address]))
  return named.flatMap((one) => {
    const address = addresses.get(one.threadId)
    return address === undefined ? [] : [{ ...one, address }]
  })
}
