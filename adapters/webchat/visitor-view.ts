import type { InboundContent, MessageView, OutboundContent, OutboundMedia } from '@parley/core'
import { kindOf } from './file-type.ts'

/** A message as its visitor may see it: no internal ids but its own, files as links. */
export interface VisitorView {
  readonly id: string
  /** What the page called it, for a message of its own. */
  readonly externalId?: string
  readonly seq: number
  readonly revision: number
  readonly from: 'visitor' | 'us'
  /** The agent's name, when one wrote. */
  readonly author?: string
  readonly kind: string
  readonly text: string
  readonly status: string
  readonly createdAt: string
  readonly replyTo?: string
  readonly media?: { readonly url: string; readonly mimeType: string; readonly fileName: string }
  readonly place?: { readonly latitude: number; readonly longitude: number; readonly name?: string }
  readonly header?: string
  readonly footer?: string
  readonly buttons?: readonly { readonly id: string; readonly title: string }[]
  readonly list?: readonly { readonly id: string; readonly title: string; readonly description?: string }[]
  readonly link?: { readonly title: string; readonly url: string }
}

/** Makes a link to a file of ours. */
export type FileLink = (file: { objectKey: string; mimeType: string; fileName: string }) => string

/** Ours that have not left yet, or never will, are none of the visitor's business; they come with a later revision once they do. */
const UNSENT = new Set(['queued', 'failed', 'cancelled'])

export function visibleToVisitor(message: MessageView): boolean {
  return message.direction === 'in' || !UNSENT.has(message.status)
}

export function visitorView(message: MessageView, link: FileLink): VisitorView {
  const { id, seq, revision, kind, text, status, createdAt, externalId, replyTo } = message
  const name = message.author?.kind === 'agent' ? message.author.name : undefined
  return {
    id,
    ...(externalId !== undefined && { externalId }),
    seq,
    revision,
    from: message.direction === 'in' ? 'visitor' : 'us',
    ...(name !== undefined && name !== '' && { author: name }),
    kind,
    text,
    status,
    createdAt,
    ...(replyTo !== undefined && { replyTo }),
    ...partsOf(message.content, link),
  }
}

/** What a kind has besides words. A kind that the page cannot show is left with its text. */
function partsOf(content: InboundContent | OutboundContent, link: FileLink): Partial<VisitorView> {
  switch (content.kind) {
    case 'image':
    case 'video':
    case 'audio':
    case 'document':
    case 'sticker':
      return mediaPart(content.media, link)
    case 'location': {
      const { latitude, longitude, name } = content
      return { place: { latitude, longitude, ...(name !== undefined && { name }) } }
    }
    case 'interactive':
      return interactivePart(content)
    default:
      return {}
  }
}

function mediaPart(media: OutboundMedia, link: FileLink): Partial<VisitorView> {
  const mimeType = media.mimeType ?? 'application/octet-stream'
  const fileName = media.fileName ?? kindOf(mimeType)
  if (media.objectKey !== undefined) {
    return { media: { url: link({ objectKey: media.objectKey, mimeType, fileName }), mimeType, fileName } }
  }
  return media.link === undefined ? {} : { media: { url: media.link, mimeType, fileName } }
}

function interactivePart(content: OutboundContent & { kind: 'interactive' }): Partial<VisitorView> {
  const frame = {
    text: content.text,
    ...(content.header !== undefined && { header: content.header }),
    ...(content.footer !== undefined && { footer: content.footer }),
  }
  if ('buttons' in content) return { ...frame, buttons: content.buttons }
  if ('list' in content) return { ...frame, list: content.list.sections.flatMap((section) => section.rows) }
  return 'link' in content ? { ...frame, link: content.link } : frame
}
