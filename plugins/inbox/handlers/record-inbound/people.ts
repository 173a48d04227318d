import { type ContactDirectory, type ContactSummary, newId, type UnitOfWork } from '@parley/core'
import { laneKey, type NewThread } from '../../storage/create-threads.ts'
import { addressOf, type Inbound, personOf } from './wanted.ts'

export interface People {
  /** One per person in the batch, with the contact that a new thread would belong to. */
  readonly lanes: readonly NewThread[]
  readonly contacts: readonly ContactSummary[]
}

/** Who the batch is about: known or made, in one round trip or two. */
export async function peopleOf(
  directory: ContactDirectory,
  inbound: readonly Inbound[],
  uow: UnitOfWork,
): Promise<People> {
  const people = inbound.flatMap((one) => {
    const sender = personOf(one)
    return sender === undefined ? [] : [{ sender, data: one.data }]
  })
  if (people.length === 0) return { lanes: [], contacts: [] }
  const contacts = await directory.resolve(
    uow,
    people.map(({ sender }) => sender),
  )
  const lanes = new Map<string, NewThread>()
  for (const [index, { sender, data }] of people.entries()) {
    const contactId = contacts[index]?.id
    if (contactId === undefined) continue
    const lane = { connectionId: data.connectionId, channel: data.channel, ...addressOf(sender) }
    if (!lanes.has(laneKey(lane))) lanes.set(laneKey(lane), { ...lane, contactId, id: newId() })
  }
  return { lanes: [...lanes.values()], contacts }
}
