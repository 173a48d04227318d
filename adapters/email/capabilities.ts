import type { ChannelCapabilities } from '@parley/core'

/** Mail has no window; how much a mailbox takes, its server says when it is too much. */
export function capabilities(maxAttachmentBytes: number): ChannelCapabilities {
  return {
    title: 'Email',
    sends: ['text', 'image', 'video', 'audio', 'document', 'email'],
    maxTextLength: 65_536,
    maxCaptionLength: 65_536,
    maxMediaBytes: {
      image: maxAttachmentBytes,
      video: maxAttachmentBytes,
      audio: maxAttachmentBytes,
      document: maxAttachmentBytes,
    },
    window: null,
  }
}
