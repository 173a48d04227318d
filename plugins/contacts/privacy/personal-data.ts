import { contactErased, type PersonalData, type UnitOfWork } from '@parley/core'

/** Customers: who they are, how they are known, and with whom they were merged. Members of staff are none of ours. */
export const personalData: PersonalData = {
  async find({ person, traces }, uow) {
    if (!('contactId' in person)) return {}
    const ids = await samePerson(uow, traces.ids)
    const known = await identitiesOf(uow, ids)
    return { ids, identifiers: known.map(({ value }) => value), eventKeys: ids }
  },

  async *export({ person, traces }, uow) {
    if (!('contactId' in person)) return
    const of = { tenant_id: uow.tenantId }
    const shown = ['id', 'name', 'username', 'attributes', 'blocked', 'merged_into', 'created_at', 'updated_at']
    yield {
      name: 'contacts',
      items: await uow.trx('contacts.contact').where(of).whereIn('id', traces.ids).select(shown),
    }
    yield { name: 'identities', items: await identitiesOf(uow, traces.ids) }
    const merges = await uow.trx('contacts.merge').where(of).whereIn('source_id', traces.ids)
    yield { name: 'merges', items: merges.map(({ tenant_id: _tenant, ...merge }) => merge) }
  },

  async erase({ person, traces }, uow) {
    if (!('contactId' in person)) return { erased: {} }
    const ids = [...traces.ids]
    const count = async (sql: string) => {
      const { rowCount } = await uow.trx.raw<{ rowCount: number }>(sql, { tenant: uow.tenantId, ids })
      return rowCount
    }
    const erased = {
      suggestions: await count(
        `delete from contacts.merge_suggestion
          where tenant_id = :tenant and (first_id = any(:ids::uuid[]) or second_id = any(:ids::uuid[]))`,
      ),
      merges: await count(
        `delete from contacts.merge
          where tenant_id = :tenant and (source_id = any(:ids::uuid[]) or target_id = any(:ids::uuid[]))`,
      ),
      hints: await count(`delete from contacts.hint where tenant_id = :tenant and contact_id = any(:ids::uuid[])`),
      identities: await count(
        `delete from contacts.identity where tenant_id = :tenant and contact_id = any(:ids::uuid[])`,
      ),
      contacts: await count(`delete from contacts.contact where tenant_id = :tenant and id = any(:ids::uuid[])`),
    }
    const { contactId } = person
    if (erased.contacts > 0) uow.publish({ type: contactErased, key: contactId, data: { contactId } })
    return { erased }
  },
}

/** Everybody whom a merge made this person, from the contact that speaks for all of them down. */
async function samePerson(uow: UnitOfWork, ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await uow.trx.raw<{ rows: { id: string }[] }>(
    `with recursive up as (
       select c.id, c.merged_into from contacts.contact c where c.tenant_id = :tenant and c.id = any(:ids::uuid[])
       union
       select c.id, c.merged_into from contacts.contact c join up on c.tenant_id = :tenant and c.id = up.merged_into
     ), down as (
       select id from up
       union
       select c.id from contacts.contact c join down on c.tenant_id = :tenant and c.merged_into = down.id
     ) select id from down`,
    { tenant: uow.tenantId, ids: [...ids] },
  )
  return rows.map(({ id }) => id)
}

interface KnownIdentity {
  readonly contact_id: string
  readonly kind: string
  readonly scope: string
  readonly value: string
  readonly created_at: Date
}

function identitiesOf({ trx, tenantId }: UnitOfWork, ids: readonly string[]): Promise<readonly KnownIdentity[]> {
  return trx('contacts.identity')
    .where({ tenant_id: tenantId })
    .whereIn('contact_id', [...ids])
    .select('contact_id', 'kind', 'scope', 'value', 'created_at')
}
