import type { MessageView } from '@parley/core'
import type { Context } from './context.ts'
import { threadKeyOf, type Visitor } from './visitor.ts'
import { type VisitorView, visibleToVisitor, visitorView } from './visitor-view.ts'

type Reading = Pick<Context, 'database' | 'history' | 'settings'>

/** One page of what changed in the visitor's thread after `afterRevision`. */
export async function messagesAfter(
  { database, history, settings }: Reading,
  visitor: Visitor,
  afterRevision: number,
): Promise<{ messages: readonly MessageView[]; more: boolean }> {
  const limit = settings.historyPage
  const query = { connectionId: visitor.connectionId, identityKey: threadKeyOf(visitor), afterRevision, limit }
  const { messages } = await database.transaction(visitor.tenantId, (uow) => history.read(uow, query))
  return { messages, more: messages.length === limit }
}

/** No revision is above it, and Postgres still takes it for an integer. */
const AFTER_ALL = 2 ** 31 - 1

/** The visitor's thread, once their first message has been recorded. */
export async function threadOf(
  { database, history }: Pick<Reading, 'database' | 'history'>,
  visitor: Visitor,
): Promise<string | undefined> {
  const key = { connectionId: visitor.connectionId, identityKey: threadKeyOf(visitor) }
  const query = { ...key, afterRevision: AFTER_ALL, limit: 1 }
  return (await database.transaction(visitor.tenantId, (uow) => history.read(uow, query))).threadId
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
