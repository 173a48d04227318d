import {
  type ChannelPreferenceChanged,
  channelPreferenceChanged,
  type Delivery,
  type EventHandler,
  isEvent,
} from '@parley/core'
import type { Parts } from '../context.ts'
import { subjectOfAddress } from '../domain/subject.ts'
import { type NewWish, recordWishes } from '../storage/record-wishes.ts'

/** What people say on the channel itself (STOP, START, a switch in the vendor's app) goes with the address they said it from. */
export function followPreferences({
  clock,
  contacts,
  salts,
}: Pick<Parts, 'clock' | 'contacts' | 'salts'>): EventHandler {
  return {
    id: 'follow-preferences',
    on: [channelPreferenceChanged],
    mode: 'serial',
    async handle(deliveries, uow) {
      const said = deliveries.filter((one): one is Delivery<ChannelPreferenceChanged> =>
        isEvent(channelPreferenceChanged, one),
      )
      const owners = await contacts.resolve(
        uow,
        said.map(({ event }) => event.data.sender),
      )
      const salt = await salts.findOrMake(uow)
      const wishes = said.flatMap(({ event }, index): NewWish[] => {
        const { sender, channel, purpose, wish, occurredAt } = event.data
        const contactId = owners[index]?.id
        const address = sender.identities[0]
        if (contactId === undefined || address === undefined) return []
        return [
          {
            subject: subjectOfAddress(salt, address.value),
            contactId,
            channel,
            purpose,
            wish: wish === 'stop' ? 'opt-out' : 'opt-in',
            means: 'channel',
            by: { kind: 'contact', id: contactId },
            eventId: event.id,
            occurredAt: new Date(occurredAt),
          },
        ]
      })
      await recordWishes(uow, clock, wishes)
    },
  }
}
