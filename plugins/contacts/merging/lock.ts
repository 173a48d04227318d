import type { UnitOfWork } from '@parley/core'
import type { Mergeable } from '../domain/take-over.ts'

export interface LockedContact extends Mergeable {
  readonly id: string
  readonly mergedInto: string | null
}

/** These contacts, locked in one order, so that two merges of the same people cannot wait for each other in a circle. */
export async function lockContacts(uow: UnitOfWork, ids: readonly string[]): Promise<Map<string, LockedContact>> {
  const { rows } = await uow.trx.raw<{ rows: LockedContact[] }>(
    `select id, name, attributes, blocked, merged_into as "mergedInto" from contacts.contact
     where tenant_id = ?::uuid and id = any(?::uuid[]) order by id for update`,
    [uow.tenantId, [...ids]],
  )
  return new Map(rows.map((row) => [row.id, row]))
}
