import {
  type Channel,
  type ChannelMessageEchoed,
  type ChannelMessageReceived,
  type ChannelStatusChanged,
  channelMessageEchoed,
  channelMessageEdited,
  channelMessageReceived,
  channelMessageRevoked,
  channelPreferenceChanged,
  channelStatusChanged,
  type InboundContent,
  type NewEvent,
  type Selector,
} from '@parley/core'

const START = Date.parse('2026-01-05T09:00:00.000Z')

/** What a channel called `test` would publish about one connection. Times count up by a second with every event. */
export class ChannelEvents {
  readonly connectionId: string
  #ticks = 0

  constructor(connectionId: string) {
    this.connectionId = connectionId
  }

  message(
    person: string,
    externalId: string,
    content: InboundContent | string,
    extra: Partial<ChannelMessageReceived> = {},
  ) {
    return this.#event(channelMessageReceived, person, {
      externalId,
      sender: { identities: [this.identity(person)], displayName: person },
      content: typeof content === 'string' ? { kind: 'text', text: content } : content,
      ...extra,
    })
  }

  reaction(person: string, externalId: string, target: string, emoji: string | null) {
    return this.message(person, externalId, { kind: 'reaction', emoji, target })
  }

  echo(person: string, externalId: string, text: string, extra: Partial<ChannelMessageEchoed> = {}) {
    return this.#event(channelMessageEchoed, person, {
      externalId,
      recipient: { identities: [this.identity(person)] },
      content: { kind: 'text', text },
      ...extra,
    })
  }

  edit(person: string, externalId: string, text: string) {
    const sender = { identities: [this.identity(person)] }
    return this.#event(channelMessageEdited, person, { externalId, sender, content: { kind: 'text', text } })
  }

  revoke(person: string, externalId: string) {
    return this.#event(channelMessageRevoked, person, { externalId, sender: { identities: [this.identity(person)] } })
  }

  status(
    person: string,
    externalId: string,
    status: ChannelStatusChanged['status'],
    extra: Partial<ChannelStatusChanged> = {},
  ) {
    return this.#event(channelStatusChanged, person, { externalId, status, ...extra })
  }

  preference(person: string, purpose: 'marketing' | 'all', wish: 'stop' | 'resume') {
    const sender = { identities: [this.identity(person)] }
    return this.#event(channelPreferenceChanged, person, { sender, purpose, wish })
  }

  identity(person: string) {
    return { kind: 'phone', scope: '', value: person }
  }

  #event(type: NewEvent['type'], person: string, data: object): NewEvent {
    this.#ticks += 1
    const from = {
      connectionId: this.connectionId,
      channel: 'test',
      occurredAt: new Date(START + this.#ticks * 1000).toISOString(),
    }
    return { type, key: `${this.connectionId}/phone::${person}`, data: { ...from, ...data } }
  }
}

/** One channel under the key `test`, with a window of a day. */
export function testChannels(channel: Partial<Channel> = {}): Selector<Channel> {
  const value: Channel = {
    capabilities: {
      title: 'Test',
      sends: ['text', 'image', 'template'],
      maxTextLength: 4096,
      maxCaptionLength: 1024,
      maxMediaBytes: { image: 1000 },
      window: { hoursByOpener: { message: 24, referral: 72 }, whenClosed: ['template'] },
    },
    send: async ({ correlationId }) => ({ ok: true, externalId: `out-${correlationId}` }),
    test: async () => ({ ok: true, title: 'Test' }),
    ...channel,
  }
  return { byKey: (key) => (key === 'test' ? value : undefined), keys: () => ['test'] }
}
