import { accepted, defineRoute, position, type Route } from '@parley/core'
import Joi from 'joi'
import { type Context, forVisitor, TAGS } from '../context.ts'
import { statusItem } from '../inbound.ts'
import { messagesAfter } from '../thread.ts'

interface ReceiptPayload {
  readonly status: 'delivered' | 'read'
  readonly after: number
  readonly messages: readonly string[]
}

/** The page tells what arrived and what was seen; only messages of the visitor's own thread count. */
export function receiptRoute(context: Context): Route {
  const most = context.settings.historyPage
  return defineRoute({
    method: 'POST',
    path: '/api/webchat/receipts',
    id: 'reportWebchatReceipts',
    summary: 'Messages that arrived in the page, or were seen',
    tags: TAGS,
    access: { scheme: 'visitor' },
    idempotent: false,
    payload: Joi.object<ReceiptPayload>({
      status: Joi.valid('delivered', 'read').required(),
      after: position.required().description('The cursor that the page had before these messages.'),
      messages: Joi.array().items(Joi.string().uuid()).min(1).max(most).required(),
    }),
    responses: {
      202: { description: 'Stored', schema: Joi.object({ stored: Joi.number().integer().required() }) },
      429: { description: 'Too many calls' },
    },
    handle: (request) =>
      forVisitor(context, request, 'reads', async (visitor) => {
        const { status, after, messages } = request.payload
        const { messages: thread } = await messagesAfter(context, visitor, after)
        const named = new Set(messages)
        const now = context.clock.now()
        const items = thread
          .filter(({ id, direction }) => direction === 'out' && named.has(id))
          .map(({ id }) => statusItem(visitor, id, status, now))
        const outcomes = items.length === 0 ? [] : await context.ingress.ingest(items)
        return accepted({ stored: outcomes.filter((outcome) => outcome === 'stored').length })
      }),
  })
}
