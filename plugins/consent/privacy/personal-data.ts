import { newId, type PersonalData, type UnitOfWork } from '@parley/core'
import type { Parts } from '../context.ts'
import { subjectOfAddress } from '../domain/subject.ts'

/**
 * What a person wished is theirs to read. After an erasure only this is left: hashes of addresses that objected, so that an
 * import of an old list does not write to them again. A hash tells nobody who it was.
 */
export function personalData({ salts, clock }: Pick<Parts, 'salts' | 'clock'>): PersonalData {
  return {
    async *export({ person, traces }, uow) {
      if (!('contactId' in person)) return
      const rows = await of(uow, 'consent.change', traces.ids).orderBy('id')
      yield { name: 'consent', items: rows.map(({ tenant_id: _tenant, subject: _subject, ...change }) => change) }
    },

    async erase({ person, traces }, uow) {
      if (!('contactId' in person)) return { erased: {} }
      const kept = await suppress(uow, { salts, clock }, traces)
      const standings = await of(uow, 'consent.standing', traces.ids).delete()
      const changes = await of(uow, 'consent.change', traces.ids).delete()
      const merges = await uow
        .trx('consent.merge')
        .where({ tenant_id: uow.tenantId })
        .where((either) => either.whereIn('source_id', traces.ids).orWhereIn('target_id', traces.ids))
        .delete()
      return {
        erased: { consents: standings, consentChanges: changes, consentMerges: merges },
        anonymised: { suppressions: kept },
      }
    },
  }
}

function of({ trx, tenantId }: UnitOfWork, table: string, contactIds: readonly string[]) {
  return trx(table)
    .where({ tenant_id: tenantId })
    .whereIn('contact_id', [...contactIds])
}

/** Every objection of the person, made one of each address they are known by. */
async function suppress(
  uow: UnitOfWork,
  { salts, clock }: Pick<Parts, 'salts' | 'clock'>,
  { ids, identifiers }: { readonly ids: readonly string[]; readonly identifiers: readonly string[] },
): Promise<number> {
  const objections = await of(uow, 'consent.standing', ids).where({ wish: 'opt-out' })
  if (objections.length === 0) return 0
  const salt = await salts.findOrMake(uow)
  const addresses = identifiers.map((value) => subjectOfAddress(salt, value))
  const subjects = objections.flatMap(({ subject, channel, purpose, means, changed_at }) =>
    [...(subject.startsWith('address:') ? [subject] : []), ...(subject.startsWith('contact:') ? addresses : [])].map(
      (address: string) => ({ address, channel, purpose, means, changed_at }),
    ),
  )
  const rows = new Map(subjects.map((one) => [JSON.stringify([one.address, one.channel, one.purpose]), one]))
  for (const { address, channel, purpose, means, changed_at } of rows.values())
    await uow
      .trx('consent.standing')
      .insert({
        ...{ tenant_id: uow.tenantId, subject: address, contact_id: null, channel, purpose, wish: 'opt-out', means },
        ...{ change_id: newId(), changed_at: changed_at ?? clock.now() },
      })
      .onConflict(['tenant_id', 'subject', 'channel', 'purpose'])
      .merge(['contact_id', 'wish', 'means', 'change_id', 'changed_at'])
  return rows.size
}
