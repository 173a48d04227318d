import {
  type ChannelMessageReceived,
  type ChannelStatusChanged,
  channelMessageReceived,
  channelStatusChanged,
  type InboundContent,
  type IngressItem,
  identityKey,
} from '@parley/core'
import type { StoredFile } from './files.ts'
import { identitiesOf, senderOf, type Visitor } from './visitor.ts'

export const CHANNEL = 'webchat'

/** What the page sends; `id` is made by the page and stays the same over all its tries. */
export interface VisitorMessage {
  readonly id: string
  readonly text?: string
  /** External id of the message it quotes. */
  readonly replyTo?: string
  /** A tap: the id we gave the button or row whose title is `text`. */
  readonly payload?: string
  readonly source?: 'button' | 'list' | 'quick-reply'
}

/** Text, tap or file, as every channel says it. */
export function contentOf(message: VisitorMessage, file: StoredFile | undefined): InboundContent {
  const text = message.text ?? ''
  if (file !== undefined) {
    const { objectKey, mimeType, fileName, bytes, sha256 } = file
    return { kind: file.kind, media: { objectKey, mimeType, fileName, bytes, sha256 }, ...(text !== '' && { text }) }
  }
  if (message.payload !== undefined) {
    return { kind: 'reply', source: message.source ?? 'quick-reply', text, payload: message.payload }
  }
  return { kind: 'text', text }
}

/** One lane a person, and the page's own id against repeats. */
export function messageItem(
  visitor: Visitor,
  message: VisitorMessage,
  content: InboundContent,
  now: Date,
): IngressItem<ChannelMessageReceived> {
  return {
    tenantId: visitor.tenantId,
    dedupeScope: visitor.connectionId,
    dedupeKey: `message:${message.id}`,
    event: {
      type: channelMessageReceived,
      key: laneOf(visitor),
      subject: message.id,
      data: {
        connectionId: visitor.connectionId,
        channel: CHANNEL,
        occurredAt: now.toISOString(),
        externalId: message.id,
        sender: senderOf(visitor),
        content,
        ...(message.replyTo !== undefined && { replyTo: message.replyTo }),
      },
    },
  }
}

/** Our messages are known to the page by their own id, so that is also what `send` gave as the external id. */
export function statusItem(
  visitor: Visitor,
  messageId: string,
  status: 'delivered' | 'read',
  now: Date,
): IngressItem<ChannelStatusChanged> {
  return {
    tenantId: visitor.tenantId,
    dedupeScope: visitor.connectionId,
    dedupeKey: `${status}:${messageId}`,
    event: {
      type: channelStatusChanged,
      key: laneOf(visitor),
      subject: messageId,
      data: {
        connectionId: visitor.connectionId,
        channel: CHANNEL,
        occurredAt: now.toISOString(),
        externalId: messageId,
        correlationId: messageId,
        status,
        recipient: identitiesOf(visitor)[0],
      },
    },
  }
}

function laneOf(visitor: Visitor): string {
  return `${visitor.connectionId}/${identityKey(identitiesOf(visitor)[0])}`
}
