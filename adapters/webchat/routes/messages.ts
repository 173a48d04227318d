import { accepted, defineRoute, ok, position, problem, type Route } from '@parley/core'
import Joi from 'joi'
import { type Context, forVisitor, TAGS } from '../context.ts'
import { contentOf, messageItem, type VisitorMessage } from '../inbound.ts'
import { readThread } from '../thread.ts'

interface MessagePayload extends VisitorMessage {
  readonly file?: string
}

/** What a visitor writes, and what there is to read. */
export function messageRoutes(context: Context): readonly Route[] {
  return [sendRoute(context), readRoute(context)]
}

function sendRoute(context: Context): Route {
  const { maxTextLength } = context.settings
  return defineRoute({
    method: 'POST',
    path: '/api/webchat/messages',
    id: 'sendWebchatMessage',
    summary: 'A message from the visitor. Answered once it is stored; the same id again stores nothing',
    tags: TAGS,
    access: { scheme: 'visitor' },
    idempotent: false,
    payload: Joi.object<MessagePayload>({
      id: Joi.string().uuid().required().description('Made by the client, the same over all tries.'),
      text: Joi.string().max(maxTextLength).pattern(/\S/, 'more than white space'),
      file: Joi.string().max(4096).description('The ticket of an upload.'),
      payload: Joi.string().max(1000).description('A tap: the id of the button or row titled `text`.'),
      source: Joi.valid('button', 'list', 'quick-reply'),
      replyTo: Joi.string().max(512).description('External id of the message it quotes.'),
    })
      .or('text', 'file')
      .with('payload', 'text')
      .with('source', 'payload')
      .nand('file', 'payload'),
    responses: {
      202: {
        description: 'Stored',
        schema: Joi.object({ id: Joi.string().uuid().required(), duplicate: Joi.boolean().required() }),
      },
      422: { description: 'The upload is unknown, expired or somebody else’s' },
      429: { description: 'Too many messages' },
    },
    handle: (request) =>
      forVisitor(context, request, 'messages', async (visitor) => {
        const { file: ticket, ...message } = request.payload
        const file = ticket === undefined ? undefined : context.files?.redeem(visitor, ticket)
        if (ticket !== undefined && file === undefined) {
          return problem(422, 'webchat.upload-unknown', 'file: this upload is not known, or too old. Upload it again.')
        }
        if (file !== undefined) await context.files?.keep(visitor, file)
        const item = messageItem(visitor, message, contentOf(message, file), context.clock.now())
        const [outcome] = await context.ingress.ingest([item])
        return accepted({ id: message.id, duplicate: outcome === 'duplicate' })
      }),
  })
}

const messageSchema = Joi.object({
  id: Joi.string().uuid().required(),
  externalId: Joi.string(),
  seq: Joi.number().integer().required(),
  revision: Joi.number().integer().required(),
  from: Joi.valid('visitor', 'us').required(),
  kind: Joi.string().required(),
  text: Joi.string().allow('').required(),
  status: Joi.string().required(),
  createdAt: Joi.string().isoDate().required(),
}).unknown(true)

function readRoute(context: Context): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/webchat/messages',
    id: 'readWebchatMessages',
    summary: "The visitor's thread from a cursor on, oldest change first",
    tags: TAGS,
    access: { scheme: 'visitor' },
    query: Joi.object<{ after: number }>({ after: position.default(0) }),
    responses: {
      200: {
        description: 'Messages new or changed after the cursor; read on while `more`',
        schema: Joi.object({
          messages: Joi.array().items(messageSchema).required(),
          cursor: Joi.number().integer().required(),
          more: Joi.boolean().required(),
        }),
      },
      429: { description: 'Too many reads' },
    },
    handle: (request) =>
      forVisitor(context, request, 'reads', async (visitor) =>
        ok(await readThread(context, visitor, request.query.after)),
      ),
  })
}
