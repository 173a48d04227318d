import type { UnitOfWork } from '@parley/core'
import type { KeptWish } from '../domain/decide.ts'

/** Whose wishes are asked for. `address`: the subject of the address that is to be written to. */
export interface Asked {
  readonly contactId: string
  readonly channel: string
  readonly address: string | undefined
}

/** One looked-up wish; `offset 0` keeps each a lookup by key, whatever the planner thinks of the list's length. */
const wishesWhere = (condition: string) => `cross join lateral (
       select s.subject, s.channel, s.purpose, s.wish, s.means, s.changed_at as "changedAt" from consent.standing s
       where s.tenant_id = :tenant and ${condition} and s.channel in (a.channel, '*') offset 0
     ) s`

const READ = `with recursive asked as (
       select * from json_to_recordset(:asked::json) as w(n int, "contactId" uuid, channel text, address text)
     ), up(n, id) as (
       select n, "contactId" from asked
       union
       select up.n, m.target_id from up cross join lateral (
         select target_id from consent.merge where tenant_id = :tenant and source_id = up.id offset 0
       ) m
     ), person(n, id) as (
       select n, id from up
       union
       select p.n, m.source_id from person p cross join lateral (
         select source_id from consent.merge where tenant_id = :tenant and target_id = p.id offset 0
       ) m
     )
     select a.n, s.* from person p join asked a on a.n = p.n ${wishesWhere('s.contact_id = p.id')}
     union
     select a.n, s.* from asked a ${wishesWhere('s.subject = a.address')}`

/**
 * What is kept for each of them, in order: of the contact, of everybody that merges made the same person, of their addresses,
 * and of the address itself, whoever had it. One round trip.
 */
export async function readWishes(uow: UnitOfWork, asked: readonly Asked[]): Promise<readonly (readonly KeptWish[])[]> {
  if (asked.length === 0) return []
  const rows = asked.map(({ contactId, channel, address }, n) => ({ n, contactId, channel, address: address ?? null }))
  const found = await uow.trx.raw<{ rows: (KeptWish & { readonly n: number })[] }>(READ, {
    tenant: uow.tenantId,
    asked: JSON.stringify(rows),
  })
  const byAsked = Map.groupBy(found.rows, ({ n }) => n)
  return asked.map((_, n) => byAsked.get(n) ?? [])
}
