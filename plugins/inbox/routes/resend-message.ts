import {
  defineRoute,
  type MessageStatus,
  type OutboundContent,
  ok,
  problem,
  type Reply,
  type Route,
  type UnitOfWork,
} from '@parley/core'
import { checkSend } from '../domain/sendability.ts'
import { InboxDraft } from '../drafting/inbox-draft.ts'
import { announceQueued, changeMessage } from '../drafting/message.ts'
import { Surroundings } from '../messenger/facts.ts'
import { refusedTemplates } from '../messenger/template-sends.ts'
import { lockMessage } from '../storage/lock-message.ts'
import { writeDraft } from '../storage/write-draft.ts'
import { noMessage, type RouteContext, refused } from './context.ts'
import { idParams, messageSchema } from './schemas.ts'
import { messageView } from './send-message.ts'

const RESENDABLE: readonly MessageStatus[] = ['failed', 'unknown', 'cancelled']

export function resendMessage(context: RouteContext): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/messages/{id}/resend',
    id: 'resendMessage',
    summary:
      'Sends a message again whose sending failed, or whose outcome nobody knows: a decision that only a person takes.',
    tags: ['inbox'],
    access: { permission: 'inbox.write' },
    params: idParams,
    responses: {
      200: { description: 'Queued again.', schema: messageSchema },
      404: { description: 'There is no such message.' },
      409: { description: 'It was sent, or it may not be sent now; the code says why.' },
      422: { description: 'This channel cannot send it.' },
    },
    handle: async ({ tenantId, params, actor, correlationId }) =>
      context.database.transaction(tenantId, (uow) => resend(context, uow, params.id, actor?.id ?? 'api'), {
        correlationId,
      }),
  })
}

async function resend(context: RouteContext, uow: UnitOfWork, id: string, by: string): Promise<Reply> {
  const draft = new InboxDraft(context.clock.now())
  const message = await lockMessage(uow, draft, id)
  const thread = message && draft.threads.get(message.threadId)
  if (message === undefined || thread === undefined) return noMessage(id)
  if (!RESENDABLE.includes(message.status) || message.extra?.deleted !== undefined || message.author === null)
    return problem(409, 'inbox.not-resendable', `A message that is ${message.status} cannot be sent again.`)
  const around = await Surroundings.of(context, uow, [thread])
  const passed = checkSend(around.facts(thread), message.content as OutboundContent)
  if (!passed.ok) return refused(passed)
  const send = { content: message.content as OutboundContent, connectionId: thread.connectionId }
  const refusal = (await refusedTemplates(context.templates, uow, [send])).get(send)
  if (refusal !== undefined) return refused(refusal)
  changeMessage(draft, message, { change: 'status', fields: { status: 'queued', error: null }, reason: 'resent' })
  const evidence = { by: 'resend', at: draft.now.toISOString(), detail: by } as const
  draft.sendUpdates.set(id, { messageId: id, state: 'intent', evidence })
  announceQueued(draft, message)
  await writeDraft(uow, draft)
  return ok(await messageView(uow, id))
}
