import {
  type Author,
  created,
  defineRoute,
  type Identity,
  identityKey,
  identitySchema,
  newId,
  problem,
  type Reply,
  type Route,
  type UnitOfWork,
} from '@parley/core'
import Joi from 'joi'
import { openConversation } from '../drafting/conversation.ts'
import { InboxDraft } from '../drafting/inbox-draft.ts'
import { draftSend } from '../messenger/draft-send.ts'
import { Surroundings } from '../messenger/facts.ts'
import { createThreads } from '../storage/create-threads.ts'
import { messagesById } from '../storage/find-messages.ts'
import { lockThreads } from '../storage/lock-threads.ts'
import { writeDraft } from '../storage/write-draft.ts'
import { authorOf, noMessage, type RouteContext, refused } from './context.ts'
import { contentOf, keepFiles, type OutboundPayload, outboundKeys } from './outbound-payload.ts'
import { idParams, uuid } from './schemas.ts'
import { messageView, send, sendResponses } from './send-message.ts'

interface Start extends OutboundPayload {
  readonly conversationId?: string
  readonly to?: { readonly connectionId: string; readonly identity: Identity }
}

export function writeMessage(context: RouteContext): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/messages',
    id: 'writeMessage',
    summary: 'Writes into a conversation, or to a person on a connection who may be new.',
    tags: ['inbox'],
    access: { permission: 'inbox.write' },
    payload: Joi.object<Start>({
      conversationId: uuid,
      to: Joi.object({ connectionId: uuid.required(), identity: identitySchema.required() }),
      ...outboundKeys,
    })
      .xor('conversationId', 'to')
      .xor('text', 'template', 'media', 'content'),
    responses: sendResponses,
    handle: async (request) => {
      const { payload, tenantId, actor, correlationId } = request
      if (payload.conversationId !== undefined) return send(context, request, payload.conversationId, payload)
      await keepFiles(context.store, tenantId, contentOf(payload))
      return unlessRefused(() =>
        context.database.transaction(tenantId, (uow) => begin(context, uow, payload, authorOf(actor)), {
          correlationId,
        }),
      )
    },
  })
}

/** Carries a refusal out of a transaction, which is rolled back by it. */
class Refused extends Error {
  readonly reply: Reply

  constructor(reply: Reply) {
    super('refused')
    this.reply = reply
  }
}

async function unlessRefused(work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refused) return error.reply
    throw error
  }
}

/** Nothing is left behind when the gate refuses: no contact, no thread, no conversation. */
async function begin(context: RouteContext, uow: UnitOfWork, payload: Start, author: Author): Promise<Reply> {
  const { to } = payload
  const connection = to && (await context.connections.get(uow.tenantId, to.connectionId))
  if (to === undefined || connection === undefined)
    return problem(404, 'inbox.connection-not-found', `There is no connection ${to?.connectionId}.`)
  const draft = new InboxDraft(context.clock.now())
  const lane = { connectionId: connection.id, identityKey: identityKey(to.identity) }
  await lockThreads(uow, draft, { lanes: [lane] })
  const [contact] = await context.contacts.resolve(uow, [{ identities: [to.identity] }])
  const fresh = {
    ...lane,
    id: newId(),
    channel: connection.provider,
    address: to.identity,
    contactId: contact?.id ?? '',
  }
  await createThreads(uow, draft, [fresh])
  const [thread] = draft.threads.values()
  if (thread === undefined)
    return problem(404, 'inbox.connection-not-found', `There is no connection ${connection.id}.`)
  const facts = (await Surroundings.of(context, uow, [thread])).facts(thread)
  const conversation = draft.current(thread) ?? openConversation(draft, thread, draft.now)
  const intent = { conversationId: conversation.id, content: contentOf(payload), author }
  const sent = draftSend(draft, { thread, conversation, facts }, intent)
  if (!sent.ok) throw new Refused(refused(sent))
  await writeDraft(uow, draft)
  return created(await messageView(uow, sent.messageId))
}

export function replyToMessage(context: RouteContext): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/messages/{id}/reply',
    id: 'replyToMessage',
    summary: 'Answers a message in its conversation, quoting it.',
    tags: ['inbox'],
    access: { permission: 'inbox.write' },
    params: idParams,
    payload: Joi.object<OutboundPayload>(outboundKeys).xor('text', 'template', 'media', 'content'),
    responses: sendResponses,
    handle: async (request) => {
      const { params, tenantId, payload } = request
      const [message] = await context.database.transaction(tenantId, (uow) => messagesById(uow, [params.id]))
      if (message === undefined) return noMessage(params.id)
      return send(context, request, message.conversationId, { ...payload, replyTo: payload.replyTo ?? params.id })
    },
  })
}
