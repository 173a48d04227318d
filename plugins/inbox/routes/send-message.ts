import {
  created,
  defineRoute,
  type MessengerSend,
  position,
  type Reply,
  type Route,
  type RouteRequest,
  type UnitOfWork,
} from '@parley/core'
import Joi from 'joi'
import { messagesById } from '../storage/find-messages.ts'
import { authorOf, noConversation, type RouteContext, refused } from './context.ts'
import { viewMessages } from './message-view.ts'
import { writeNote } from './notes.ts'
import { contentOf, keepFiles, type OutboundPayload, outboundKeys } from './outbound-payload.ts'
import { idParams, messageSchema } from './schemas.ts'

interface Payload extends OutboundPayload {
  readonly note: boolean
  readonly fence?: number
}

export const sendResponses = {
  201: { description: 'Queued; its status follows.', schema: messageSchema },
  404: { description: 'There is no such conversation.' },
  409: { description: 'It may not be sent now; the code says why.' },
  422: { description: 'This channel cannot send it; the code says why.' },
}

export function sendMessage(context: RouteContext): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/conversations/{id}/messages',
    id: 'sendConversationMessage',
    summary:
      'Writes to the customer, or with `note` to the other agents. Writing takes the conversation from the bots.',
    tags: ['inbox'],
    access: { permission: 'inbox.write' },
    params: idParams,
    payload: Joi.object<Payload>({
      ...outboundKeys,
      note: Joi.boolean().default(false),
      fence: position.description('Refuse when the conversation changed hands since.'),
    })
      .xor('text', 'template', 'media', 'content')
      .when(Joi.object({ note: Joi.valid(true).required() }).unknown(true), {
        then: Joi.object({ text: Joi.required() }),
      }),
    responses: sendResponses,
    handle: async (request) => {
      const { tenantId, params, payload, actor, correlationId } = request
      if (!payload.note) return send(context, request, params.id, payload, payload.fence)
      const note = { conversationId: params.id, text: payload.text ?? '', author: authorOf(actor) }
      const view = await context.database.transaction(tenantId, (uow) => writeNote(context, uow, note), {
        correlationId,
      })
      return view === undefined ? noConversation(params.id) : created(view)
    },
  })
}

/** Sends through the gate; a repeat with the same Idempotency-Key is the same intent. */
export async function send(
  context: RouteContext,
  { tenantId, actor, headers, correlationId }: RouteRequest,
  conversationId: string,
  payload: OutboundPayload,
  fence?: number,
): Promise<Reply> {
  const key = headers['idempotency-key']
  const intent: MessengerSend = {
    conversationId,
    content: contentOf(payload),
    author: authorOf(actor),
    ...(typeof key === 'string' ? { dedupeKey: `api:${actor?.id ?? ''}:${key}` } : {}),
    ...(payload.replyTo === undefined ? {} : { replyTo: payload.replyTo }),
    ...(fence === undefined ? {} : { fence }),
  }
  await keepFiles(context.store, tenantId, intent.content)
  return context.database.transaction(tenantId, (uow) => sendOne(context, uow, intent), { correlationId })
}

async function sendOne({ messenger }: RouteContext, uow: UnitOfWork, intent: MessengerSend): Promise<Reply> {
  const [answer] = await messenger.send(uow, [intent])
  if (answer === undefined) return noConversation(intent.conversationId)
  if (!answer.ok) return refused(answer)
  return created(await messageView(uow, answer.messageId))
}

export async function messageView(uow: UnitOfWork, id: string) {
  const [view] = await viewMessages(uow, await messagesById(uow, [id]))
  return view
}
