import type { Channel, ChannelCapabilities, SendRequest, SendResult } from '@parley/core'
import { refuse } from '../../refusal.ts'
import { usageOf } from '../../usage.ts'
import type { PlatformProduct } from '../product.ts'
import type { RouteOf } from '../route.ts'
import { contentPayload } from './content.ts'
import type { FileAddress, PlatformFiles } from './files.ts'
import type { PlatformLimits } from './limits.ts'
import { midOf } from './mid.ts'
import { sendOutcome } from './outcome.ts'
import type { PlatformPacing } from './pacing.ts'

export interface PlatformChannelParts {
  readonly product: PlatformProduct
  readonly capabilities: ChannelCapabilities
  readonly limits: PlatformLimits
  readonly routeOf: RouteOf
  readonly files: PlatformFiles
  readonly pacing: PlatformPacing
  /** Messenger hands `metadata` back in the echo; Instagram documents no such thing. */
  readonly metadata: boolean
  readonly test: Channel['test']
}

/** `POST /{version}/{page or account}/messages` with the connection's own token. */
export function platformChannel(parts: PlatformChannelParts): Channel {
  return { capabilities: parts.capabilities, send: (request) => send(parts, request), test: parts.test }
}

/** Stands for files while it is looked whether the rest can be sent at all. */
const DRAFT: FileAddress & { attachmentId: string; url: string } = { url: 'draft:', attachmentId: 'draft' }

async function send(parts: PlatformChannelParts, request: SendRequest): Promise<SendResult> {
  const { product, limits, capabilities } = parts
  const { connection, content, to, signal } = request
  if (to.kind !== product.identityKind)
    return refuse('recipient', 'parley.identity', `${product.title} cannot write to a ${to.kind}`)
  if (!capabilities.sends.includes(content.kind))
    return refuse('content', 'parley.no-kind', `${product.title} sends no ${content.kind}`)
  const rules = { title: product.title, limits }
  // What cannot be sent is known before a place in the account's rate is taken.
  const draft = contentPayload(rules, content, draftFiles(content))
  if (!draft.ok) return refuse('content', draft.code, draft.detail)
  const waitMs = parts.pacing.enter(connection, content)
  if (waitMs > 0)
    return { ...refuse('throttled', 'parley.paced', "the account's own rate is used up"), retryAfterMs: waitMs }
  const files = await parts.files.of(connection, content, signal)
  if (!files.ok) return files
  const payload = contentPayload(rules, content, files.files)
  if (!payload.ok) return refuse('content', payload.code, payload.detail)
  return post(parts, request, payload.body)
}

function draftFiles(content: SendRequest['content']): readonly FileAddress[] {
  return 'cards' in content ? content.cards.map(() => DRAFT) : [DRAFT]
}

async function post(
  parts: PlatformChannelParts,
  request: SendRequest,
  body: Readonly<Record<string, unknown>>,
): Promise<SendResult> {
  const { connection, to, signal, correlationId } = request
  const { graph, node, token } = parts.routeOf(connection)
  const answer = await graph.request({
    method: 'POST',
    path: `/${node}/messages`,
    token,
    signal,
    json: { recipient: { id: to.value }, ...withMessage(parts, request, body) },
  })
  if (answer.outcome === 'answered') parts.pacing.heed(connection, usageOf(answer.headers))
  const instead = 'sender_action' in body ? `reaction:${correlationId}` : undefined
  return sendOutcome(answer, [token, to.value], instead)
}

/** What a message has and a sender action has not: its kind of reply, what it quotes, and our id of it. */
function withMessage(
  parts: PlatformChannelParts,
  { humanAgent, replyTo, correlationId }: SendRequest,
  body: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { message } = body
  if (typeof message !== 'object' || message === null) return body
  const quoted = replyTo === undefined ? undefined : midOf(replyTo)
  return {
    ...(humanAgent === true ? { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' } : { messaging_type: 'RESPONSE' }),
    message: parts.metadata ? { ...message, metadata: correlationId } : message,
    ...(quoted === undefined ? {} : { reply_to: { mid: quoted } }),
  }
}
