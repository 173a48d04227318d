import type { Route } from '@parley/core'
import { getThumbnail } from './attachment-thumbnail.ts'
import { getAttachment, uploadAttachment } from './attachments.ts'
import { cannedReplyRoutes } from './canned-replies.ts'
import { changeConversation } from './change-conversation.ts'
import type { RouteContext } from './context.ts'
import { deleteMessage } from './delete-message.ts'
import { feed } from './feed.ts'
import { getConversation } from './get-conversation.ts'
import { labelRoutes } from './labels.ts'
import { listConversationsRoute } from './list-conversations.ts'
import { listMessagesRoute } from './list-messages.ts'
import { getMessage, listAllMessages, markMessageRead } from './messages.ts'
import { addNote } from './notes.ts'
import { markRead, markUnread } from './read-state.ts'
import { resendMessage } from './resend-message.ts'
import { sendMessage } from './send-message.ts'
import { replyToMessage, writeMessage } from './write-messages.ts'

export function inboxRoutes(context: RouteContext): Route[] {
  return [
    listConversationsRoute(context),
    getConversation(context),
    changeConversation(context),
    listMessagesRoute(context),
    sendMessage(context),
    addNote(context),
    markRead(context),
    markUnread(context),
    listAllMessages(context),
    getMessage(context),
    writeMessage(context),
    replyToMessage(context),
    markMessageRead(context),
    deleteMessage(context),
    resendMessage(context),
    getAttachment(context),
    getThumbnail(context),
    uploadAttachment(context),
    ...cannedReplyRoutes(context),
    ...labelRoutes(context),
    feed(context),
  ]
}
