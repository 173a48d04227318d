import {
  type Author,
  CONVERSATION_STATUSES,
  type ConversationStatus,
  defineRoute,
  ok,
  position,
  problem,
  type Reply,
  type Route,
  type UnitOfWork,
} from '@parley/core'
import Joi from 'joi'
import { changeAssignee, changed, changeHolder, changeStatus } from '../drafting/conversation.ts'
import { InboxDraft } from '../drafting/inbox-draft.ts'
import { WAKE_SNOOZED } from '../jobs/wake-snoozed.ts'
import { lockPlaces } from '../messenger/targets.ts'
import type { ConversationRecord, Holder } from '../models/conversation.ts'
import { labelsOf, setLabels } from '../storage/labels.ts'
import { writeDraft } from '../storage/write-draft.ts'
import { authorOf, noConversation, type RouteContext } from './context.ts'
import { conversationDetail } from './get-conversation.ts'
import { conversationDetailSchema, idParams, labelName } from './schemas.ts'

interface Patch {
  readonly status?: ConversationStatus
  readonly snoozedUntil?: string
  readonly assigneeId?: string | null
  readonly labels?: readonly string[]
  readonly holder?: Holder
  readonly expect?: { readonly assigneeId?: string | null; readonly fence?: number }
}

export function changeConversation(context: RouteContext): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/conversations/{id}',
    id: 'changeConversation',
    summary:
      'Resolves, reopens, snoozes, assigns, labels; takes over (`holder: human`) and hands back (`none`, `bot`).',
    tags: ['inbox'],
    access: { permission: 'inbox.write' },
    params: idParams,
    payload: Joi.object<Patch>({
      status: Joi.valid(...CONVERSATION_STATUSES),
      snoozedUntil: Joi.string().isoDate(),
      assigneeId: Joi.string().max(200).allow(null),
      labels: Joi.array().items(labelName).max(50),
      holder: Joi.valid('none', 'bot', 'human'),
      expect: Joi.object({
        assigneeId: Joi.string().max(200).allow(null),
        fence: position,
      }).description('Change nothing unless the conversation still is so: for claiming it.'),
    })
      .or('status', 'snoozedUntil', 'assigneeId', 'labels', 'holder')
      .when(Joi.object({ status: Joi.valid('snoozed').required() }).unknown(true), {
        then: Joi.object({ snoozedUntil: Joi.required() }),
      })
      .when(Joi.object({ status: Joi.valid('open', 'pending', 'resolved').required() }).unknown(true), {
        then: Joi.object({ snoozedUntil: Joi.forbidden() }),
      }),
    responses: {
      200: { description: 'The conversation as it is now.', schema: conversationDetailSchema },
      404: { description: 'There is no such conversation.' },
      409: { description: 'It is not as expected any more, or the snooze lies in the past.' },
    },
    handle: async ({ tenantId, params, payload, actor, correlationId }) => {
      const by = authorOf(actor)
      return context.database.transaction(tenantId, (uow) => change(context, uow, params.id, payload, by), {
        correlationId,
      })
    },
  })
}

async function change(context: RouteContext, uow: UnitOfWork, id: string, patch: Patch, by: Author): Promise<Reply> {
  const draft = new InboxDraft(context.clock.now())
  await lockPlaces(uow, draft, [id])
  const conversation = draft.conversations.get(id)
  if (conversation === undefined || !draft.threads.has(conversation.threadId)) return noConversation(id)
  const surprise = unexpected(conversation, patch)
  if (surprise !== undefined) return problem(409, 'inbox.conversation-changed', surprise)
  if (patch.snoozedUntil !== undefined && new Date(patch.snoozedUntil) <= draft.now)
    return problem(409, 'inbox.snooze-in-past', 'snoozedUntil must lie in the future.')
  if (patch.assigneeId !== undefined) changeAssignee(draft, conversation, patch.assigneeId, by)
  if (patch.holder !== undefined) changeHolder(draft, conversation, patch.holder, by)
  await applyStatus(context, uow, draft, conversation, patch, by)
  if (patch.labels !== undefined) await applyLabels(uow, draft, conversation, patch.labels, by)
  await writeDraft(uow, draft)
  const detail = await conversationDetail(context, uow, id, by.id)
  return detail === undefined ? noConversation(id) : ok(detail)
}

function unexpected(conversation: ConversationRecord, { expect = {} }: Patch): string | undefined {
  if (expect.fence !== undefined && expect.fence !== conversation.fence)
    return `Somebody took this conversation over: its fence is ${conversation.fence}.`
  if (expect.assigneeId !== undefined && expect.assigneeId !== conversation.assigneeId)
    return `This conversation is assigned to ${conversation.assigneeId ?? 'nobody'} now.`
  return undefined
}

async function applyStatus(
  { jobs }: RouteContext,
  uow: UnitOfWork,
  draft: InboxDraft,
  conversation: ConversationRecord,
  patch: Patch,
  by: Author,
): Promise<void> {
  const snoozedUntil = patch.snoozedUntil === undefined ? undefined : new Date(patch.snoozedUntil)
  const status = patch.status ?? (snoozedUntil === undefined ? undefined : 'snoozed')
  if (status === undefined) return
  changeStatus(draft, conversation, status, { by, ...(snoozedUntil && { snoozedUntil }) })
  if (snoozedUntil === undefined) return
  const options = { runAt: snoozedUntil, key: conversation.id }
  await jobs.enqueue(uow, WAKE_SNOOZED, { conversationId: conversation.id }, options)
}

async function applyLabels(
  uow: UnitOfWork,
  draft: InboxDraft,
  conversation: ConversationRecord,
  labels: readonly string[],
  by: Author,
): Promise<void> {
  await setLabels(uow, conversation.id, labels, draft.now)
  const now = (await labelsOf(uow, [conversation.id])).get(conversation.id) ?? []
  changed(draft, conversation, 'labels', by, { labels: now })
}
