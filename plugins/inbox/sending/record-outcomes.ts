import type { Clock, Database, JobQueue, MessageStatus, UnitOfWork } from '@parley/core'
import { advance } from '../domain/status.ts'
import { InboxDraft } from '../drafting/inbox-draft.ts'
import { changeMessage } from '../drafting/message.ts'
import { settle } from '../drafting/settle.ts'
import type { MessageRecord } from '../models/message.ts'
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
    for (const outcome of outcomes) await draftOutcome(parts, uow, draft, outcome, { early: looked.early, taken })
    await writeDraft(uow, draft)
  })
}

function sentAs({ connectionId, outcome }: SendOutcome) {
  return outcome.kind === 'done' ? [{ connectionId, externalId: outcome.externalId }] : []
}

/** Rows that hold an external id which we now know to be our own send's: its echo came first, without our correlation id. */
function strangers(outcomes: readonly SendOutcome[], looked: Looked): readonly string[] {
  const ours = new Map(outcomes.flatMap((one) => sentAs(one).map((ref) => [externalKey(ref), one.messageId])))
  return looked.messages.filter((found) => ours.get(externalKey(found)) !== found.id).map((found) => found.id)
}

async function draftOutcome(
  parts: RecordParts,
  uow: UnitOfWork,
  draft: InboxDraft,
  { messageId, connectionId, outcome }: SendOutcome,
  known: { readonly early: Looked['early']; readonly taken: Map<string, string> },
): Promise<void> {
  const message = draft.messages.get(messageId)
  if (message === undefined) return
  const at = draft.now.toISOString()
  if (outcome.kind === 'done') {
    const { externalId } = outcome
    const owner = known.taken.get(externalKey({ connectionId, externalId })) ?? messageId
    known.taken.set(externalKey({ connectionId, externalId }), owner)
    const named = owner === messageId ? { externalId } : {}
    settle(draft, message, { kind: 'status', status: 'sent', by: 'status', at, ...named })
    draft.sendUpdates.set(messageId, { messageId, state: 'done', evidence: { by: 'response', at } })
    for (const early of known.early.filter(
      (one) => one.connectionId === connectionId && one.externalId === externalId,
    )) {
      settle(draft, message, early.change)
      draft.appliedEarlyChanges.push(early.id)
    }
    return
  }
  if (!isUnsettled(message)) return
  if (outcome.kind === 'failed') {
    const { error } = outcome
    changeMessage(draft, message, { change: 'status', fields: { status: 'failed', error }, reason: error.reason })
    const codes = error.code === undefined ? {} : { errorCode: error.code }
    const evidence = { by: 'response', at, detail: error.detail } as const
    draft.sendUpdates.set(messageId, { messageId, state: 'failed', evidence, failure: error.reason, ...codes })
  } else if (outcome.kind === 'later') {
    const evidence = { by: 'response', at, detail: outcome.failure } as const
    const update = { messageId, state: 'intent', evidence, failure: outcome.failure } as const
    draft.sendUpdates.set(messageId, { ...update, refund: !outcome.counts })
  } else {
    const status = advance(message.status, 'unknown')
    changeMessage(draft, message, { change: 'status', fields: { status }, reason: 'unknown' })
    const evidence = { by: outcome.by, at, detail: outcome.detail } as const
    draft.sendUpdates.set(messageId, { messageId, state: 'unknown', evidence })
    const runAt = new Date(draft.now.getTime() + parts.unconfirmedAfterMs)
    await parts.jobs.enqueue(uow, FLAG_UNCONFIRMED, { messageId }, { runAt, key: messageId })
  }
}

const UNSETTLED: readonly MessageStatus[] = ['queued', 'sending', 'unknown']

/** A status or an echo may have settled it while the vendor's answer was on its way. */
function isUnsettled(message: MessageRecord): boolean {
  return UNSETTLED.includes(message.status)
}
