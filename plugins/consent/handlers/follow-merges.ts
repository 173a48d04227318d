import {
  type ContactMerged,
  contactMerged,
  contactUnmerged,
  type Delivery,
  type EventHandler,
  isEvent,
  type UnitOfWork,
} from '@parley/core'
import type { Parts } from '../context.ts'
import { subjectOfAddress } from '../domain/subject.ts'

/**
 * Who speaks for whom. What was said about a contact stays its own, and while it is merged counts for the whole person; taking
 * the merge back leaves each with what it had. What was said from an address goes where the address goes.
 */
export function followMerges({ contacts, salts }: Pick<Parts, 'contacts' | 'salts'>): EventHandler {
  return {
    id: 'follow-merges',
    on: [contactMerged, contactUnmerged],
    mode: 'serial',
    async handle(deliveries, uow) {
      const told = deliveries.filter((one): one is Delivery<ContactMerged> => isTold(one))
      for (const delivery of told) await keepMerge(uow, delivery)
      const ids = told.flatMap(({ event }) => [event.data.sourceId, event.data.targetId])
      await moveAddresses({ contacts, salts }, uow, [...new Set(ids)])
    },
  }
}

function isTold(delivery: Delivery): boolean {
  return isEvent(contactMerged, delivery) || isEvent(contactUnmerged, delivery)
}

async function keepMerge({ trx, tenantId }: UnitOfWork, { event }: Delivery<ContactMerged>): Promise<void> {
  const { mergeId, sourceId, targetId } = event.data
  if (event.type === contactUnmerged.type) {
    await trx('consent.merge').where({ tenant_id: tenantId, id: mergeId }).delete()
    return
  }
  const row = { tenant_id: tenantId, id: mergeId, source_id: sourceId, target_id: targetId }
  await trx('consent.merge').insert(row).onConflict(['tenant_id', 'id']).ignore()
}

async function moveAddresses(
  { contacts, salts }: Pick<Parts, 'contacts' | 'salts'>,
  uow: UnitOfWork,
  contactIds: readonly string[],
): Promise<void> {
  const salt = await salts.find(uow)
  if (salt === undefined) return
  const owners = (await contacts.find(uow, contactIds)).flatMap(({ id, identities }) =>
    identities.map(({ value }) => ({ subject: subjectOfAddress(salt, value), contactId: id })),
  )
  await uow.trx.raw(
    `update consent.standing s set contact_id = w."contactId"
     from json_to_recordset(?::json) as w(subject text, "contactId" uuid)
     where s.tenant_id = ?::uuid and s.subject = w.subject and s.contact_id is distinct from w."contactId"`,
    [JSON.stringify(owners), uow.tenantId],
  )
}
