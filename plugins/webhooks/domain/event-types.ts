import {
  contactCreated,
  contactErased,
  contactMerged,
  contactUnmerged,
  conversationChanged,
  type EventType,
  messageChanged,
  messageQueued,
  messageReceived,
  notificationCreated,
  webhookDisabled,
} from '@parley/core'

/** What a tenant may have sent to it: what the platform says, not what vendors said to it. */
export const OFFERED: readonly EventType[] = [
  messageReceived,
  messageQueued,
  messageChanged,
  conversationChanged,
  contactCreated,
  contactErased,
  contactMerged,
  contactUnmerged,
  notificationCreated,
  webhookDisabled,
]

export const OFFERED_NAMES: readonly string[] = OFFERED.map(({ type }) => type)

/** What a test sends. It is on no log. */
export const PING = 'webhook.ping.v1'
