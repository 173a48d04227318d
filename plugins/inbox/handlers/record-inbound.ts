import {
  channelMessageEchoed,
  channelMessageEdited,
  channelMessageReceived,
  channelMessageRevoked,
  channelPreferenceChanged,
  channelStatusChanged,
  channelWatermarkMoved,
  type Delivery,
  type EventHandler,
  type TenantSettings,
  type UnitOfWork,
} from '@parley/core'
import { causeOf } from '../drafting/cause.ts'
import { InboxDraft } from '../drafting/inbox-draft.ts'
import type { InboxTenantSettings } from '../settings/tenant.ts'
import { awaitingWatermark } from '../storage/awaiting-watermark.ts'
import { createThreads } from '../storage/create-threads.ts'
import { externalKey, messagesById } from '../storage/find-messages.ts'
import { lockThreads } from '../storage/lock-threads.ts'
import { lookup } from '../storage/lookup.ts'
import { writeDraft } from '../storage/write-draft.ts'
import { type AnswerAtOnceParts, answererFor } from './record-inbound/answer-at-once.ts'
import { InboundBatch } from './record-inbound/batch.ts'
import { peopleOf } from './record-inbound/people.ts'
import { record } from './record-inbound/record.ts'
import { addressOf, correlationOf, type Inbound, inboundOf, refsOf } from './record-inbound/wanted.ts'

export interface RecordInboundParts extends AnswerAtOnceParts {
  readonly tenantSettings: TenantSettings<InboxTenantSettings>
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
      channelWatermarkMoved,
    ],
    mode: 'serial',
    batch: parts.settings.inboundBatch,
    handle: (deliveries, uow) => recordBatch(parts, deliveries, uow),
  }
}

async function recordBatch(parts: RecordInboundParts, deliveries: readonly Delivery[], uow: UnitOfWork): Promise<void> {
  const inbound = deliveries.map(inboundOf)
  const draft = new InboxDraft(parts.clock.now())
  const tenant = await parts.tenantSettings.of(uow.tenantId)
  const people = await peopleOf(parts.contacts, inbound, uow)
  const { lanes } = people
  const looked = await lookup(uow, inbound.flatMap(refsOf), [
    ...new Set(inbound.flatMap((one) => correlationOf(one) ?? [])),
  ])
  const targets = touched(inbound, looked)
  const wanted = { lanes, threadIds: [...new Set(targets.map((target) => target.threadId))] }
  await lockThreads(uow, draft, wanted)
  await createThreads(uow, draft, lanes)
  const awaiting = await awaitingWatermark(uow, watermarked(inbound, draft), parts.settings.watermarkReach)
  const changing = [...targets, ...awaiting].map((target) => target.id)
  draft.add({ messages: await messagesById(uow, [...new Set(changing)]) })
  const capabilities = (key: string) => parts.channels.byKey(key)?.capabilities
  const answer = await answererFor(parts, tenant, draft, { uow, ...people })
  const late = await lookup(uow, strangers(inbound, looked), [])
  const known = { ...looked, messages: [...looked.messages, ...late.messages] }
  const batch = new InboundBatch({ draft, times: tenant.conversation, capabilities, looked: known, answer, awaiting })
  for (const delivery of deliveries) {
    draft.cause = causeOf(delivery)
    record(batch, inboundOf(delivery))
  }
  await writeDraft(uow, draft)
}

/** Threads, locked by now, whose person got or read everything up to a time. */
function watermarked(inbound: readonly Inbound[], draft: InboxDraft): readonly string[] {
  const lanes = new Set(
    inbound.flatMap(({ kind, data }) =>
      kind === 'watermark' ? [`${data.connectionId}/${addressOf(data.sender).identityKey}`] : [],
    ),
  )
  if (lanes.size === 0) return []
  const threads = [...draft.threads.values()]
  return threads.filter((one) => lanes.has(`${one.connectionId}/${one.identityKey}`)).map((one) => one.id)
}

/** Stored messages that the batch may change. A message that merely comes again, or is quoted, need not be read. */
function touched(inbound: readonly Inbound[], looked: Awaited<ReturnType<typeof lookup>>) {
  const refs = new Set(
    inbound.flatMap(({ kind, data }) => {
      if (kind === 'preference' || kind === 'watermark') return []
      if (kind !== 'message' && kind !== 'echo') return [`${data.connectionId}/${data.externalId}`]
      return data.content.kind === 'reaction' ? [`${data.connectionId}/${data.content.target}`] : []
    }),
  )
  const named = looked.messages.filter((message) => refs.has(`${message.connectionId}/${message.externalId}`))
  return [...looked.byId, ...named]
}

/**
 * Echoes of messages that nobody knew before the locks were taken: the answer to our own send may have been recorded while
 * we waited. Only channels that do not hand our correlation id back have any.
 */
function strangers(inbound: readonly Inbound[], looked: Awaited<ReturnType<typeof lookup>>) {
  const known = new Set(looked.messages.map(externalKey))
  return inbound.flatMap((one) => {
    if (one.kind !== 'echo' || correlationOf(one) !== undefined) return []
    const { connectionId, externalId } = one.data
    return known.has(externalKey({ connectionId, externalId })) ? [] : [{ connectionId, externalId }]
  })
}
