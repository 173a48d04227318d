import {
  type Channel,
  type Clock,
  type ContactDirectory,
  channelMessageEchoed,
  channelMessageEdited,
  channelMessageReceived,
  channelMessageRevoked,
  channelPreferenceChanged,
  channelStatusChanged,
  type EventHandler,
  newId,
  type Selector,
  type TenantSettings,
  type UnitOfWork,
} from '@parley/core'
import { InboxDraft } from '../../drafting/inbox-draft.ts'
import type { InboxSettings } from '../../settings/app.ts'
import type { InboxTenantSettings } from '../../settings/tenant.ts'
import { createThreads, laneKey, type NewThread } from '../../storage/create-threads.ts'
import { messagesById } from '../../storage/find-messages.ts'
import { lockThreads } from '../../storage/lock-threads.ts'
import { lookup } from '../../storage/lookup.ts'
import { writeDraft } from '../../storage/write-draft.ts'
import { InboundBatch } from './batch.ts'
import { record } from './record.ts'
import { addressOf, correlationOf, type Inbound, inboundOf, personOf, refsOf } from './wanted.ts'

export interface RecordInboundParts {
  readonly clock: Clock
  readonly contacts: ContactDirectory
  readonly channels: Selector<Channel>
  readonly tenantSettings: TenantSettings<InboxTenantSettings>
  readonly settings: InboxSettings
}

/**
 * What channels heard becomes threads, conversations and messages. A batch costs the same few round trips whatever its
 * size: who they are, what is known of their messages, the locks, the touched messages, one write.
 */
export function recordInbound(parts: RecordInboundParts): EventHandler {
  return {
    id: 'record-inbound',
    on: [
      channelMessageReceived,
      channelMessageEchoed,
      channelMessageEdited,
      channelMessageRevoked,
      channelStatusChanged,
      channelPreferenceChanged,
    ],
    mode: 'serial',
    batch: parts.settings.inboundBatch,
    handle: (deliveries, uow) => recordBatch(parts, deliveries.map(inboundOf), uow),
  }
}

async function recordBatch(parts: RecordInboundParts, inbound: readonly Inbound[], uow: UnitOfWork): Promise<void> {
  const draft = new InboxDraft(parts.clock.now())
  const { conversation: times } = await parts.tenantSettings.of(uow.tenantId)
  const lanes = await lanesOf(parts, inbound, uow)
  const looked = await lookup(uow, inbound.flatMap(refsOf), [
    ...new Set(inbound.flatMap((one) => correlationOf(one) ?? [])),
  ])
  const targets = touched(inbound, looked)
  const wanted = { lanes, threadIds: [...new Set(targets.map((target) => target.threadId))] }
  await lockThreads(uow, draft, wanted)
  await createThreads(uow, draft, lanes)
  draft.add({ messages: await messagesById(uow, [...new Set(targets.map((target) => target.id))]) })
  const capabilities = (key: string) => parts.channels.byKey(key)?.capabilities
  const batch = new InboundBatch({ draft, times, capabilities, looked })
  for (const one of inbound) record(batch, one)
  await writeDraft(uow, draft)
}

/** One per person in the batch, with the contact that a new thread would belong to. */
async function lanesOf(
  { contacts }: RecordInboundParts,
  inbound: readonly Inbound[],
  uow: UnitOfWork,
): Promise<readonly NewThread[]> {
  const people = inbound.flatMap((one) => {
    const sender = personOf(one)
    return sender === undefined ? [] : [{ sender, data: one.data }]
  })
  if (people.length === 0) return []
  const found = await contacts.resolve(
    uow,
    people.map(({ sender }) => sender),
  )
  const lanes = new Map<string, NewThread>()
  for (const [index, { sender, data }] of people.entries()) {
    const contactId = found[index]?.id
    if (contactId === undefined) continue
    const lane = { connectionId: data.connectionId, channel: data.channel, ...addressOf(sender) }
    if (!lanes.has(laneKey(lane))) lanes.set(laneKey(lane), { ...lane, contactId, id: newId() })
  }
  return [...lanes.values()]
}

/** Stored messages that the batch may change. A message that merely comes again, or is quoted, need not be read. */
function touched(inbound: readonly Inbound[], looked: Awaited<ReturnType<typeof lookup>>) {
  const refs = new Set(
    inbound.flatMap(({ kind, data }) => {
      if (kind === 'preference') return []
      if (kind !== 'message' && kind !== 'echo') return [`${data.connectionId}/${data.externalId}`]
      return data.content.kind === 'reaction' ? [`${data.connectionId}/${data.content.target}`] : []
    }),
  )
  const named = looked.messages.filter((message) => refs.has(`${message.connectionId}/${message.externalId}`))
  return [...looked.byId, ...named]
}
