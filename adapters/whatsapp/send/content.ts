import type { OutboundContent } from '@parley/core'
import { capabilities } from '../capabilities.ts'
import { interactivePayload } from './interactive.ts'
import { type MediaSource, mediaPayload } from './media-payload.ts'
import type { Payload } from './payload.ts'
import { refused, tooLong } from './payload.ts'

/** The part of a send's body that depends on its kind: `{ type, <type>: {…} }`, or why it cannot be sent. */
export function contentPayload(content: OutboundContent, media: MediaSource | undefined): Payload {
  switch (content.kind) {
    case 'text':
      return (
        tooLong('text', content.text, capabilities.maxTextLength) ?? {
          ok: true,
          type: 'text',
          body: { body: content.text, preview_url: content.previewUrl === true },
        }
      )
    case 'location': {
      const { kind: _kind, ...body } = content
      return { ok: true, type: 'location', body }
    }
    case 'reaction':
      return { ok: true, type: 'reaction', body: { message_id: content.target, emoji: content.emoji ?? '' } }
    case 'template':
      return {
        ok: true,
        type: 'template',
        body: {
          name: content.name,
          language: { code: content.language },
          ...(content.components === undefined ? {} : { components: content.components }),
        },
      }
    case 'interactive':
      return interactivePayload(content)
    case 'email':
      return refused('no-kind', 'WhatsApp sends no email')
    default:
      return mediaPayload(content, media)
  }
}
