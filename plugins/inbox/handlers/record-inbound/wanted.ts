import {
  type ChannelMessageEchoed,
  type ChannelMessageEdited,
  type ChannelMessageReceived,
  type ChannelMessageRevoked,
  type ChannelPreferenceChanged,
  type ChannelStatusChanged,
  type ChannelWatermarkMoved,
  type CloudEvent,
  channelMessageEchoed,
  channelMessageEdited,
  channelMessageReceived,
  channelMessageRevoked,
  channelPreferenceChanged,
  channelStatusChanged,
  channelWatermarkMoved,
  type Delivery,
  identityKey,
  type Sender,
} from '@parley/core'
import type { ExternalRef } from '../../storage/find-messages.ts'

/** An inbound event by what it is. */
export type Inbound =
  | { readonly kind: 'message'; readonly data: ChannelMessageReceived }
  | { readonly kind: 'echo'; readonly data: ChannelMessageEchoed }
  | { readonly kind: 'edited'; readonly data: ChannelMessageEdited }
  | { readonly kind: 'revoked'; readonly data: ChannelMessageRevoked }
  | { readonly kind: 'status'; readonly data: ChannelStatusChanged }
  | { readonly kind: 'preference'; readonly data: ChannelPreferenceChanged }
  | { readonly kind: 'watermark'; readonly data: ChannelWatermarkMoved }

const KINDS: Readonly<Record<string, Inbound['kind']>> = {
  [channelMessageReceived.type]: 'message',
  [channelMessageEchoed.type]: 'echo',
  [channelMessageEdited.type]: 'edited',
  [channelMessageRevoked.type]: 'revoked',
  [channelStatusChanged.type]: 'status',
  [channelPreferenceChanged.type]: 'preference',
  [channelWatermarkMoved.type]: 'watermark',
}

export function inboundOf({ event }: Delivery): Inbound {
  return { kind: KINDS[event.type], data: (event as CloudEvent).data } as Inbound
}

/** Whose thread the event belongs to; statuses, edits and revokes only touch a message. */
export function personOf({ kind, data }: Inbound): Sender | undefined {
  if (kind === 'message' || kind === 'preference' || kind === 'watermark') return data.sender
  return kind === 'echo' ? data.recipient : undefined
}

/** The identity that is written to and from: the first. */
export function addressOf(sender: Sender) {
  const [address = { kind: 'unknown', scope: '', value: '' }] = sender.identities
  return { address, identityKey: identityKey(address) }
}

/** Messages that the event names by the channel's ids: itself, what it quotes, what it is about. */
export function refsOf({ kind, data }: Inbound): readonly ExternalRef[] {
  const ref = (externalId: string) => ({ connectionId: data.connectionId, externalId })
  if (kind === 'preference' || kind === 'watermark') return []
  const content = kind === 'message' || kind === 'echo' ? data.content : undefined
  const target = content?.kind === 'reaction' ? [ref(content.target)] : []
  const quoted = kind === 'message' && data.replyTo !== undefined ? [ref(data.replyTo)] : []
  return [ref(data.externalId), ...target, ...quoted]
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Our own id of the message, handed back by the vendor. Anything else there is not ours. */
export function correlationOf({ kind, data }: Inbound): string | undefined {
  if (kind !== 'status' && kind !== 'echo') return undefined
  return data.correlationId !== undefined && UUID.test(data.correlationId) ? data.correlationId : undefined
}
