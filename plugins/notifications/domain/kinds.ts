import type { NotificationChannel } from '@parley/core'

export interface Kind {
  readonly kind: string
  readonly summary: string
  /** Where it goes to people who never chose. */
  readonly channels: readonly NotificationChannel[]
}

/** What is made of events of the platform. Plugins bring others with `notification.requested.v1`. */
export const KINDS: readonly Kind[] = [
  { kind: 'conversation.assigned', summary: 'A conversation was given to me.', channels: ['in-app'] },
  { kind: 'conversation.message', summary: 'A customer wrote in a conversation of mine.', channels: ['in-app'] },
  { kind: 'message.failed', summary: 'A message in a conversation of mine could not be sent.', channels: ['in-app'] },
  {
    kind: 'connection.failed',
    summary: 'A channel stopped sending, or does not work as it should.',
    channels: ['in-app', 'email'],
  },
  { kind: 'connection.mended', summary: 'A channel works again.', channels: ['in-app'] },
  { kind: 'webhook.disabled', summary: 'Outgoing webhooks were switched off.', channels: ['in-app', 'email'] },
]
