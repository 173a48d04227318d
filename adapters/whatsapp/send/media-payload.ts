import type { MediaKind, OutboundMedia } from '@parley/core'
import { capabilities } from '../capabilities.ts'
import { type Payload, refused, tooLong } from './payload.ts'

/** Where WhatsApp gets the file: an id from an upload, or a link that it fetches itself. */
export type MediaSource = { readonly id: string } | { readonly link: string }

const CAPTIONED: ReadonlySet<MediaKind> = new Set(['image', 'video', 'document'])

export function mediaPayload(
  content: { readonly kind: MediaKind; readonly media: OutboundMedia; readonly text?: string },
  source: MediaSource | undefined,
): Payload {
  if (source === undefined) return refused('no-media', `a ${content.kind} needs an object key or a link`)
  const caption = content.text === '' ? undefined : content.text
  if (caption !== undefined && !CAPTIONED.has(content.kind))
    return refused('no-caption', `WhatsApp takes no caption with a ${content.kind}`)
  const long = tooLong('caption', caption, capabilities.maxCaptionLength)
  if (long !== undefined) return long
  const filename = content.kind === 'document' ? content.media.fileName : undefined
  return {
    ok: true,
    type: content.kind,
    body: {
      ...source,
      ...(caption === undefined ? {} : { caption }),
      ...(filename === undefined ? {} : { filename }),
    },
  }
}
