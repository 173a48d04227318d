import {
  type ContactSummary,
  channelMessageEchoed,
  channelMessageEdited,
  channelMessageReceived,
  channelMessageRevoked,
  channelPreferenceChanged,
  channelStatusChanged,
  type EventHandler,
  newId,
  type TenantSettings,
  type UnitOfWork,
} from '@parley/core'
import { InboxDraft } from '../../drafting/inbox-draft.ts'
import { Surroundings } from '../../messenger/facts.ts'
import type { MessengerParts } from '../../messenger/parts.ts'
import { answersAnything, rulesAt } from '../../replying/decide-burst.ts'
import type { KeywordCache } from '../../replying/keyword-cache.ts'
import { draftReply, replyKey } from '../../replying/reply.ts'
import type { InboxSettings } from '../../settings/app.ts'
import type { InboxTenantSettings } from '../../settings/tenant.ts'
import { createThreads, laneKey, type NewThread } from '../../storage/create-threads.ts'
import { messagesById } from '../../storage/find-messages.ts'
import { lockThreads } from '../../storage/lock-threads.ts'
import { lookup } from '../../storage/lookup.ts'
import { writeDraft } from '../../storage/write-draft.ts'
import { type Answerer, InboundBatch } from './batch.ts'
import { record } from './record.ts'
import { addressOf, correlationOf, type Inbound, inboundOf, personOf, refsOf } from './wanted.ts'

export interface RecordInboundParts extends MessengerParts {
  readonly tenantSettings: TenantSettings<InboxTenantSettings>
  readonly settings: InboxSettings
  readonly keywords: KeywordCache
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
  const tenant = await parts.tenantSettings.of(uow.tenantId)
  const { lanes, contacts } = await lanesOf(parts, inbound, uow)
  const looked = await lookup(uow, inbound.flatMap(refsOf), [
    ...new Set(inbound.flatMap((one) => correlationOf(one) ?? [])),
  ])
  const targets = touched(inbound, looked)
  const wanted = { lanes, threadIds: [...new Set(targets.map((target) => target.threadId))] }
  await lockThreads(uow, draft, wanted)
  await createThreads(uow, draft, lanes)
  draft.add({ messages: await messagesById(uow, [...new Set(targets.map((target) => target.id))]) })
  const capabilities = (key: string) => parts.channels.byKey(key)?.capabilities
  const answer = await answererFor(parts, tenant, draft, { tenantId: uow.tenantId, lanes, contacts })
  const batch = new InboundBatch({ draft, times: tenant.conversation, capabilities, looked, answer })
  for (const one of inbound) record(batch, one)
  await writeDraft(uow, draft)
}

interface People {
  /** One per person in the batch, with the contact that a new thread would belong to. */
  readonly lanes: readonly NewThread[]
  readonly contacts: readonly ContactSummary[]
}

async function lanesOf(parts: RecordInboundParts, inbound: readonly Inbound[], uow: UnitOfWork): Promise<People> {
  const people = inbound.flatMap((one) => {
    const sender = personOf(one)
    return sender === undefined ? [] : [{ sender, data: one.data }]
  })
  if (people.length === 0) return { lanes: [], contacts: [] }
  const contacts = await parts.contacts.resolve(
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

/**
 * A tenant that waits for no burst is answered in the transaction that stores the message: the locks are held already, and
 * everything that decides is at hand, so it costs no round trip.
 */
async function answererFor(
  parts: RecordInboundParts,
  tenant: InboxTenantSettings,
  draft: InboxDraft,
  people: People & { readonly tenantId: string },
): Promise<Answerer | undefined> {
  const { autoReplies } = tenant
  if ((autoReplies.burstMs ?? parts.settings.burstMs) > 0 || !answersAnything(tenant)) return undefined
  const rules = rulesAt(tenant, parts.keywords.of(autoReplies.keywords), draft.now)
  const around = await Surroundings.with(parts, people.tenantId, people.lanes, people.contacts)
  return (thread, conversation, message) => {
    const target = { thread, conversation, facts: around.facts(thread) }
    draftReply(draft, rules, target, [message], replyKey(message.messageId))
  }
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
