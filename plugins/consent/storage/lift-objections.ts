import type { UnitOfWork } from '@parley/core'

/** An objection, and the channel on which its end is to be written down. */
export interface Objection {
  readonly subject: string
  readonly contactId: string
  readonly channel: string
}

/**
 * Objections that an agreement of the contact as a whole ends: its own, those of contacts that were merged into it, and those
 * of its addresses. Where they are to be ended: on the channel that is agreed to, or, with `*`, wherever they were made.
 */
export async function objectionsOf(
  uow: UnitOfWork,
  of: { readonly contactId: string; readonly channel: string; readonly purpose: string },
): Promise<readonly Objection[]> {
  const { rows } = await uow.trx.raw<{ rows: Objection[] }>(
    `with recursive person(id) as (
       select :contact::uuid
       union
       select m.source_id from person p join consent.merge m on m.tenant_id = :tenant and m.target_id = p.id
     )
     select distinct s.subject, s.contact_id as "contactId",
       case when :channel = '*' then s.channel else :channel end as channel
     from person p
     join consent.standing s on s.tenant_id = :tenant and s.contact_id = p.id
     where s.purpose = :purpose and s.wish = 'opt-out' and (:channel = '*' or s.channel in (:channel, '*'))
     order by 1, 3`,
    { tenant: uow.tenantId, contact: of.contactId, purpose: of.purpose, channel: of.channel },
  )
  return rows
}
