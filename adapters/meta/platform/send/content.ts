import type { MediaKind, OutboundContent } from '@parley/core'
import { MEDIA_KINDS } from '@parley/core'
import type { FileAddress } from './files.ts'
import { interactivePayload } from './interactive.ts'
import { midOf } from './mid.ts'
import { type Payload, type PayloadRules, refused, textTooLong } from './payload.ts'

/** How the platform calls what we send. */
const ATTACHMENT: Readonly<Partial<Record<MediaKind, string>>> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  document: 'file',
}

export type MediaContent = Extract<OutboundContent, { kind: MediaKind }>

export function isMedia(content: OutboundContent): content is MediaContent {
  return MEDIA_KINDS.some((kind) => kind === content.kind)
}

/** The part of a send's body that depends on its kind, or why it cannot be sent. `files` in the order of the content. */
export function contentPayload(rules: PayloadRules, content: OutboundContent, files: readonly FileAddress[]): Payload {
  if (isMedia(content)) return mediaPayload(rules, content, files[0])
  switch (content.kind) {
    case 'text':
      return textTooLong(rules, content.text) ?? { ok: true, body: { message: { text: content.text } } }
    case 'interactive':
      return interactivePayload(rules, content, files)
    case 'reaction':
      return reactionPayload(rules, content)
    default:
      return refused('no-kind', `${rules.title} sends no ${content.kind}`)
  }
}

function mediaPayload(rules: PayloadRules, content: MediaContent, file: FileAddress | undefined): Payload {
  const type = ATTACHMENT[content.kind]
  if (type === undefined) return refused('no-kind', `${rules.title} sends no ${content.kind}`)
  if (content.text !== undefined && content.text !== '')
    return refused('no-caption', `${rules.title} takes no caption; send the text on its own`)
  const { documentTypes } = rules.limits
  const { mimeType } = content.media
  if (content.kind === 'document' && mimeType !== undefined && documentTypes?.includes(mimeType) === false)
    return refused('no-type', `${rules.title} takes no ${mimeType}; of documents only ${documentTypes.join(', ')}`)
  if (file === undefined) return refused('no-media', `a ${content.kind} needs an object key or a link`)
  const payload = 'url' in file ? { url: file.url } : { attachment_id: file.attachmentId }
  return { ok: true, body: { message: { attachment: { type, payload } } } }
}

/** Instagram takes one reaction, the heart (its documents, "React to a message"); Messenger's Send API documents none. */
function reactionPayload(rules: PayloadRules, content: Extract<OutboundContent, { kind: 'reaction' }>): Payload {
  const messageId = midOf(content.target)
  if (messageId === undefined) return refused('no-target', 'what it reacts to is no message of this channel')
  if (content.emoji === null)
    return { ok: true, body: { sender_action: 'unreact', payload: { message_id: messageId } } }
  if (!/^[❤♥]\uFE0F?$/u.test(content.emoji))
    return refused('no-reaction', `${rules.title} takes the heart as the only reaction`)
  return { ok: true, body: { sender_action: 'react', payload: { message_id: messageId, reaction: 'love' } } }
}
