import { type Author, created, defineRoute, type Route, type UnitOfWork } from '@parley/core'
import Joi from 'joi'
import { changed } from '../drafting/conversation.ts'
import { InboxDraft } from '../drafting/inbox-draft.ts'
import { appendMessage } from '../drafting/message.ts'
import { lockPlaces } from '../messenger/targets.ts'
import { writeDraft } from '../storage/write-draft.ts'
import { authorOf, noConversation, type RouteContext } from './context.ts'
import { wordsSchema } from './outbound-payload.ts'
import { idParams, messageSchema } from './schemas.ts'
import { messageView } from './send-message.ts'

export function addNote(context: RouteContext): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/conversations/{id}/notes',
    id: 'addConversationNote',
    summary: 'A note among agents. The customer never sees it.',
    tags: ['inbox'],
    access: { permission: 'inbox.write' },
    params: idParams,
    payload: Joi.object<{ text: string }>({ text: wordsSchema.required() }),
    responses: {
      201: { description: 'The note.', schema: messageSchema },
      404: { description: 'There is no such conversation.' },
    },
    handle: async ({ tenantId, params, payload, actor, correlationId }) => {
      const note = { conversationId: params.id, text: payload.text, author: authorOf(actor) }
      const view = await context.database.transaction(tenantId, (uow) => writeNote(context, uow, note), {
        correlationId,
      })
      return view === undefined ? noConversation(params.id) : created(view)
    },
  })
}

/** Stands among the messages, by the conversation it was written in; neither unread count nor preview tell of it. */
export async function writeNote(
  { clock }: RouteContext,
  uow: UnitOfWork,
  note: { readonly conversationId: string; readonly text: string; readonly author: Author },
) {
  const draft = new InboxDraft(clock.now())
  await lockPlaces(uow, draft, [note.conversationId])
  const conversation = draft.conversations.get(note.conversationId)
  const thread = conversation && draft.threads.get(conversation.threadId)
  if (conversation === undefined || thread === undefined) return undefined
  const message = appendMessage(draft, thread, conversation, {
    direction: 'out',
    private: true,
    content: { kind: 'text', text: note.text },
    text: note.text,
    status: 'received',
    author: note.author,
  })
  changed(draft, conversation, 'note', note.author, { noteId: message.id })
  await writeDraft(uow, draft)
  return messageView(uow, message.id)
}
