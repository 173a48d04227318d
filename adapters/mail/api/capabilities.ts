import type { ChannelCapabilities } from '@parley/core'

/** What mail takes, as data: no window, and as many words as the platform keeps. `maxFileBytes`: of all files of a mail. */
export function mailCapabilities(title: string, maxFileBytes: number): ChannelCapabilities {
  return {
    title,
    sends: ['text', 'image', 'video', 'audio', 'document', 'email'],
    maxTextLength: 65_536,
    maxCaptionLength: 65_536,
    maxMediaBytes: { image: maxFileBytes, video: maxFileBytes, audio: maxFileBytes, document: maxFileBytes },
    window: null,
  }
}
