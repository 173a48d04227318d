import type { ConsentStanding, ConsentSubject, Consents, UnitOfWork } from '@parley/core'
import type { Parts } from '../context.ts'
import { decide } from '../domain/decide.ts'
import { purposesOf } from '../domain/purposes.ts'
import { subjectOfAddress } from '../domain/subject.ts'
import { unsubscribeLink } from '../links/link.ts'
import { readWishes } from '../storage/read-wishes.ts'

/** The `consents` port. */
export function createConsents(parts: Parts): Consents {
  return {
    standings: (uow, subjects) => standings(parts, uow, subjects),
    async unsubscribeUrl(uow, { contactId, channel, address, purpose }) {
      if (parts.settings.publicUrl === undefined) return undefined
      const subject = subjectOfAddress(await parts.salts.findOrMake(uow), address.value)
      return unsubscribeLink(parts, { tenantId: uow.tenantId, contactId, channel, purpose, subject })
    },
  }
}

async function standings(
  { salts, tenantSettings }: Parts,
  uow: UnitOfWork,
  subjects: readonly ConsentSubject[],
): Promise<readonly ConsentStanding[]> {
  if (subjects.length === 0) return []
  const salt = await salts.find(uow)
  const asked = subjects.map(({ contactId, channel, address }) => ({
    contactId,
    channel,
    address: salt && subjectOfAddress(salt, address.value),
  }))
  const kept = await readWishes(uow, asked)
  const purposes = purposesOf(await tenantSettings.of(uow.tenantId))
  const agreedOnly = purposes.filter((purpose) => purpose.agreedOnly).map(({ key }) => key)
  return asked.map(({ address }, index) => ({ wishes: decide(kept[index] ?? [], address), agreedOnly }))
}
