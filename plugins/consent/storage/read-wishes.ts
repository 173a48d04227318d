import type { UnitOfWork } from '@parley/core'
import type { KeptWish } from '../domain/decide.ts'

/** Whose wishes are asked for. `address`: the subject of the address that is to be written to. */
export interface Asked {
  readonly contactId: string
  readonly channel: string
  readonly address: string | undefined
}

/**
 * What is kept for each of them, in order: of the contact, of everybody that merges made the same person, of their addresses,
 * and of the address itself, whoever had it. One round trip.
 */
export async function readWishes(uow: UnitOfWork, asked: readonly Asked[]): Promise<readonly (readonly KeptWish[])[]> {
  if (asked.length === 0) return []
  const rows = asked.map(({ contactId, channel, address }, n) => ({ n, contactId, channel, address: address ?? null }))
  const found = await uow.trx.raw<{ rows: (KeptWish & { readonly n: number })[] }>(
    `with recursive asked as (
       select * from json_to_recordset(:asked::json) as w(n int, "contactId" uuid, channel text, address text)
     ), up(n, id) as (
       select n, "contactId" from asked
       union
       select up.n, m.target_id from up join consent.merge m on m.tenant_id = :tenant and m.source_id = up.id
     ), person(n, id) as (
       select n, id from up
       union
       select p.n, m.source_id from person p join consent.merge m on m.tenant_id = :tenant and m.target_id = p.id
     )
     select a.n, s.subject, s.channel, s.purpose, s.wish, s.means, s.changed_at as "changedAt"
     from person p join asked a on a.n = p.n
     join consent.standing s on s.tenant_id = :tenant and s.contact_id = p.id and s.channel in (a.channel, '*')
     union
     select a.n, s.subject, s.channel, s.purpose, s.wish, s.means, s.changed_at
     from asked a
     join consent.standing s on s.tenant_id = :tenant and s.subject = a.address and s.channel in (a.channel, '*')`,
    { tenant: uow.tenantId, asked: JSON.stringify(rows) },
  )
  const byAsked = Map.groupBy(found.rows, ({ n }) => n)
  return asked.map((_, n) => byAsked.get(n) ?? [])
}
