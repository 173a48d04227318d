import {
  type Channel,
  type Connection,
  MEDIA_KINDS,
  type MediaKind,
  type OutboundContent,
  type SendRequest,
  type SendResult,
} from '@parley/core'
import type { GraphClient } from '../../meta/graph-client.ts'
import { asRecord, asText } from '../../meta/json.ts'
import { refuse, type SendRefusal } from '../../meta/refusal.ts'
import { usageOf } from '../../meta/usage.ts'
import { capabilities } from '../capabilities.ts'
import { contentPayload } from './content.ts'
import type { MediaSource } from './media-payload.ts'
import { refusalOf, sendOutcome } from './outcome.ts'
import type { Pacing } from './pacing.ts'
import { recipientFields } from './recipient.ts'
import type { MediaUploads } from './upload.ts'

export interface ChannelDeps {
  readonly graph: GraphClient
  readonly pacing: Pacing
  readonly uploads: MediaUploads
}

/** `POST /{version}/{phone_number_id}/messages` with the connection's own token; `test` reads the number. */
export function whatsappChannel(deps: ChannelDeps): Channel {
  return {
    capabilities,
    send: (request) => send(deps, request),
    test: (connection, signal) => test(deps.graph, connection, signal),
  }
}

async function send(deps: ChannelDeps, request: SendRequest): Promise<SendResult> {
  const { connection, content, signal } = request
  const recipient = recipientFields(request.to)
  if (recipient === undefined)
    return refuse('recipient', 'parley.identity', `WhatsApp cannot write to a ${request.to.kind}`)
  // What cannot be sent is known before a place in the number's rate is taken.
  const draft = contentPayload(content, isMedia(content) ? { id: 'draft' } : undefined)
  if (!draft.ok) return refuse('content', draft.code, draft.detail)
  const waitMs = deps.pacing.enter(connection, request.to)
  if (waitMs > 0)
    return { ...refuse('throttled', 'parley.paced', "the number's own rate is used up"), retryAfterMs: waitMs }
  const source = await sourceOf(deps, connection, content, signal)
  if (source !== undefined && !source.ok) return source
  const payload = source === undefined ? draft : contentPayload(content, source.source)
  if (!payload.ok) return refuse('content', payload.code, payload.detail)
  return post(deps, request, { ...recipient, type: payload.type, [payload.type]: payload.body })
}

async function post(
  deps: ChannelDeps,
  request: SendRequest,
  message: Readonly<Record<string, unknown>>,
): Promise<SendResult> {
  const { connection } = request
  const token = connection.secrets.accessToken ?? ''
  const answer = await deps.graph.request({
    method: 'POST',
    path: `/${encodeURIComponent(connection.externalId)}/messages`,
    token,
    signal: request.signal,
    json: {
      messaging_product: 'whatsapp',
      ...message,
      biz_opaque_callback_data: request.correlationId,
      ...(request.replyTo === undefined ? {} : { context: { message_id: request.replyTo } }),
    },
  })
  if (answer.outcome === 'answered') deps.pacing.heed(connection, usageOf(answer.headers))
  return sendOutcome(answer, [token, request.to.value, request.to.value.replace(/^\+/, '')])
}

async function sourceOf(
  deps: ChannelDeps,
  connection: Connection,
  content: OutboundContent,
  signal: AbortSignal,
): Promise<{ ok: true; source: MediaSource } | SendRefusal | undefined> {
  return isMedia(content) ? deps.uploads.sourceOf(connection, content.kind, content.media, signal) : undefined
}

function isMedia(content: OutboundContent): content is Extract<OutboundContent, { kind: MediaKind }> {
  return MEDIA_KINDS.some((kind) => kind === content.kind)
}

/** `{ verified_name, display_phone_number }` of the number. */
async function test(graph: GraphClient, connection: Connection, signal: AbortSignal) {
  const token = connection.secrets.accessToken ?? ''
  const answer = await graph.request({
    method: 'GET',
    path: `/${encodeURIComponent(connection.externalId)}`,
    query: { fields: 'id,display_phone_number,verified_name,quality_rating' },
    token,
    signal,
  })
  const refusal = refusalOf(answer, [token])
  if (refusal !== undefined) return { ok: false as const, detail: `${refusal.code}: ${refusal.detail}` }
  const number = answer.outcome === 'answered' ? asRecord(answer.body) : undefined
  const title = [asText(number?.verified_name), asText(number?.display_phone_number)].filter(
    (part) => part !== undefined,
  )
  return { ok: true as const, title: title.join(' ') || connection.externalId }
}
