import type { UnitOfWork } from '@parley/core'
import type { Parts } from '../context.ts'
import { subjectOfContact } from '../domain/subject.ts'
import { objectionsOf } from '../storage/lift-objections.ts'
import { type NewWish, recordWishes } from '../storage/record-wishes.ts'
import type { Asked } from './form.ts'
import type { LinkClaims } from './link.ts'

/**
 * Does what somebody asked for at the link. The wish goes with the address that the message went to; while the contact is
 * known, also with the contact. Doing it again changes nothing.
 */
export async function actOnLink(
  { contacts, clock }: Pick<Parts, 'contacts' | 'clock'>,
  uow: UnitOfWork,
  claims: LinkClaims,
  asked: Asked,
): Promise<void> {
  const { contactId, channel, purpose, subject } = claims
  const said = {
    ...{ contactId, channel, purpose, wish: asked.wish, proof: asked.proof, means: 'link' as const },
    by: { kind: 'contact', id: contactId },
    occurredAt: clock.now(),
  }
  const known = (await contacts.find(uow, [contactId])).length > 0
  const lifted = asked.wish === 'opt-in' && known ? await objectionsOf(uow, claims) : []
  const places = [
    { subject, contactId, channel },
    ...(known ? [{ subject: subjectOfContact(contactId), contactId, channel }] : []),
    ...lifted,
  ]
  const wishes = new Map(
    places.map((place): [string, NewWish] => [JSON.stringify([place.subject, place.channel]), { ...said, ...place }]),
  )
  await recordWishes(uow, clock, [...wishes.values()])
}
