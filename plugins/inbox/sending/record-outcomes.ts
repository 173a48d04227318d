import type { Clock, Database, JobQueue, MessageStatus, UnitOfWork } from '@parley/core'
import { advance } from '../domain/status.ts'
import type { Cause } from '../drafting/cause.ts'
import { InboxDraft } from '../drafting/inbox-draft.ts'
import { changeMessage } from '../drafting/message.ts'
import { settle } from '../drafting/settle.ts'
import { applyWatermarks } from '../drafting/watermarks.ts'
import type { MessageError, MessageRecord } from '../models/message.ts'
import { externalKey } from '../storage/find-messages.ts'
import { lockMessages } from '../storage/lock-threads.ts'
import { type Looked, lookup } from '../storage/lookup.ts'
import { writeDraft } from '../storage/write-draft.ts'
import type { Outcome } from './outcome.ts'
import { removeEchoes } from './remove-echoes.ts'

export const FLAG_UNCONFIRMED = 'flag-unconfirmed'

export interface SendOutcome {
  readonly messageId: string
  readonly threadId: string
  readonly connectionId: string
  readonly outcome: Outcome
  /** When the vendor was called. */
  readonly attemptedAt: Date
  /** The event that asked for the send. */
  readonly cause: Cause
}

export interface RecordParts {
  readonly clock: Clock
  readonly database: Database
  readonly jobs: JobQueue
  readonly unconfirmedAfterMs: number
}

/**
 * Records what became of many attempts of one tenant in one transaction. What can be read before the locks is: they are
 * held for as short as possible, because the same threads' next messages wait for them.
 */
export async function recordOutcomes(
  parts: RecordParts,
  tenantId: string,
  outcomes: readonly SendOutcome[],
): Promise<void> {
  await parts.database.transaction(tenantId, async (uow) => {
    const draft = new InboxDraft(parts.clock.now())
    const looked = await lookup(uow, outcomes.flatMap(sentAs), [])
    await lockMessages(uow, draft, outcomes)
    const removed = await removeEchoes(uow, draft, strangers(outcomes, looked))
    const taken = new Map(
      looked.messages.filter((one) => !removed.has(one.id)).map((one) => [externalKey(one), one.id]),
    )
    for (const outcome of outcomes) {
      draft.cause = outcome.cause
      await draftOutcome(parts, uow, draft, outcome, { early: looked.early, taken })
    }
    await writeDraft(uow, draft)
  })
}

function sentAs({ connectionId, outcome }: SendOutcome) {
  return outcome.kind === 'done' ? [{ connectionId, externalId: outcome.externalId }] : []
}

/** Rows that hold an external id which we now know to be our own send's, with that send's message. */
function strangers(outcomes: readonly SendOutcome[], looked: Looked): ReadonlyMap<string, string> {
  const ours = new Map(outcomes.flatMap((one) => sentAs(one).map((ref) => [externalKey(ref), one.messageId])))
  return new Map(
    looked.messages.flatMap((found): [string, string][] => {
      const own = ours.get(externalKey(found))
      return own === undefined || own === found.id ? [] : [[found.id, own]]
    }),
  )
}

async function draftOutcome(
  parts: RecordParts,
  uow: UnitOfWork,
  draft: InboxDraft,
  sent: SendOutcome,
  known: Known,
): Promise<void> {
  const message = draft.messages.get(sent.messageId)
  const { outcome } = sent
  if (message === undefined) return
  if (outcome.kind === 'done') draftDone(draft, message, { ...sent, outcome }, known)
  else if (!isUnsettled(message)) return
  else if (outcome.kind === 'failed') draftFailed(draft, message, outcome.error)
  else if (outcome.kind === 'later') draftLater(draft, message, outcome)
  else {
    draftUnknown(draft, message, outcome)
    const runAt = new Date(draft.now.getTime() + parts.unconfirmedAfterMs)
    await parts.jobs.enqueue(uow, FLAG_UNCONFIRMED, { messageId: message.id }, { runAt, key: message.id })
  }
}

type Of<K extends Outcome['kind']> = Extract<Outcome, { kind: K }>

interface Known {
  readonly early: Looked['early']
  /** Which message has an external id. */
  readonly taken: Map<string, string>
}

function draftDone(
  draft: InboxDraft,
  message: MessageRecord,
  { connectionId, attemptedAt, outcome: { externalId } }: SendOutcome & { outcome: Of<'done'> },
  { early, taken }: Known,
): void {
  const at = draft.now.toISOString()
  const key = externalKey({ connectionId, externalId })
  const owner = taken.get(key) ?? message.id
  taken.set(key, owner)
  const named = owner === message.id ? { externalId } : {}
  settle(draft, message, { kind: 'status', status: 'sent', by: 'status', at, ...named })
  draft.sendUpdates.set(message.id, { messageId: message.id, state: 'done', evidence: { by: 'response', at } })
  for (const one of early.filter((change) => externalKey(change) === key)) {
    settle(draft, message, one.change)
    draft.appliedEarlyChanges.push(one.id)
  }
  const thread = draft.threads.get(message.threadId)
  if (thread !== undefined) applyWatermarks(draft, thread, message, attemptedAt)
}

function draftFailed(draft: InboxDraft, message: MessageRecord, error: MessageError): void {
  changeMessage(draft, message, { change: 'status', fields: { status: 'failed', error }, reason: error.reason })
  const codes = error.code === undefined ? {} : { errorCode: error.code }
  const evidence = { by: 'response', at: draft.now.toISOString(), detail: error.detail } as const
  const messageId = message.id
  draft.sendUpdates.set(messageId, { messageId, state: 'failed', evidence, failure: error.reason, ...codes })
}

function draftLater(draft: InboxDraft, { id: messageId }: MessageRecord, { failure, counts }: Of<'later'>): void {
  const evidence = { by: 'response', at: draft.now.toISOString(), detail: failure } as const
  draft.sendUpdates.set(messageId, { messageId, state: 'intent', evidence, failure, refund: !counts })
}

function draftUnknown(draft: InboxDraft, message: MessageRecord, { by, detail }: Of<'unknown'>): void {
  const status = advance(message.status, 'unknown')
  changeMessage(draft, message, { change: 'status', fields: { status }, reason: 'unknown' })
  const evidence = { by, at: draft.now.toISOString(), detail } as const
  draft.sendUpdates.set(message.id, { messageId: message.id, state: 'unknown', evidence })
}

const UNSETTLED: readonly MessageStatus[] = ['queued', 'sending', 'unknown']

/** A status or an echo may have settled it while the vendor's answer was on its way. */
function isUnsettled(message: MessageRecord): boolean {
  return UNSETTLED.includes(message.status)
}
