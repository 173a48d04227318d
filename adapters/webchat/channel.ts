import type { Channel, ChannelCapabilities, SendRequest, SendResult } from '@parley/core'
import type { WebchatSettings } from './settings.ts'

/**
 * Our own channel. A message is durable in the inbox before it gets here, and the page reads it from there once the inbox has
 * recorded that it was sent; so sending means no more than checking that the page can show it. That change wakes the page
 * (see hints.ts), and a page that is away reads on from its cursor when it comes back.
 */
export class Webchat implements Channel {
  readonly capabilities: ChannelCapabilities

  constructor(settings: WebchatSettings) {
    const { maxFileBytes, maxTextLength } = settings
    this.capabilities = {
      title: 'Web chat',
      sends: ['text', 'image', 'video', 'audio', 'document', 'location', 'interactive'],
      maxTextLength,
      maxCaptionLength: maxTextLength,
      maxMediaBytes: { image: maxFileBytes, video: maxFileBytes, audio: maxFileBytes, document: maxFileBytes },
      window: null,
    }
  }

  async send({ connection, to, content, correlationId, signal }: SendRequest): Promise<SendResult> {
    if (signal.aborted)
      return { ok: false, failure: 'retryable', code: 'aborted', detail: 'Stopped before it was sent.' }
    if (to.kind !== 'visitor' && to.kind !== 'user') {
      const detail = `A visitor or a user can be written to here, not a ${to.kind}.`
      return { ok: false, failure: 'recipient', code: 'recipient-kind', detail }
    }
    if (to.kind === 'visitor' && to.scope !== connection.id) {
      const detail = 'The visitor belongs to another connection.'
      return { ok: false, failure: 'recipient', code: 'recipient-scope', detail }
    }
    if (!this.capabilities.sends.includes(content.kind) || 'flow' in content) {
      const detail = `The page cannot show ${'flow' in content ? 'a flow' : `a ${content.kind}`}.`
      return { ok: false, failure: 'content', code: 'kind-not-supported', detail }
    }
    return { ok: true, externalId: correlationId }
  }

  async test(connection: { name: string }): Promise<{ ok: true; title: string }> {
    return { ok: true, title: connection.name }
  }
}
