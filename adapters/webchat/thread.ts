import type { MessageView } from '@parley/core'
import type { Context } from './context.ts'
import { identitiesOf, participantId, threadKeyOf, type Visitor } from './visitor.ts'
import { type VisitorView, visibleToVisitor, visitorView } from './visitor-view.ts'

/** One page of what changed in the visitor's thread after `afterRevision`. From then on its changes are pushed here. */
export async function messagesAfter(
  context: Context,
  visitor: Visitor,
  afterRevision: number,
): Promise<{ messages: readonly MessageView[]; more: boolean }> {
  const { connectionId, tenantId } = visitor
  const limit = context.settings.historyPage
  const query = { connectionId, identityKey: threadKeyOf(visitor), afterRevision, limit }
  const { threadId, messages } = await context.database.transaction(tenantId, (uow) => context.history.read(uow, query))
  if (threadId !== undefined) context.hints.watch(threadId, participantId(connectionId, identitiesOf(visitor)[0]))
  return { messages, more: messages.length === limit }
}

/**
 * The same as the visitor sees it. The cursor also passes over what is not shown, so an answer can be empty and still move
 * on.
 */
export async function readThread(
  context: Context,
  visitor: Visitor,
  after: number,
): Promise<{ messages: readonly VisitorView[]; cursor: number; more: boolean }> {
  const { messages, more } = await messagesAfter(context, visitor, after)
  const link = (file: { objectKey: string; mimeType: string; fileName: string }) =>
    context.files?.link(visitor.tenantId, file) ?? ''
  return {
    messages: messages.filter(visibleToVisitor).map((message) => visitorView(message, link)),
    cursor: messages.reduce((highest, { revision }) => Math.max(highest, revision), after),
    more,
  }
}
