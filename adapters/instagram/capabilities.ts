import type { ChannelCapabilities } from '@parley/core'
import { type PlatformLimits, templateLimits } from '../meta/platform/send/limits.ts'

const MIB = 1024 * 1024

/** Instagram counts a text in bytes: 1,000 of UTF-8 (Meta's "Send a message", 2026). */
export const limits: PlatformLimits = {
  text: 1000,
  textBytes: 1000,
  documentTypes: ['application/pdf'],
  ...templateLimits,
}

/**
 * What Instagram's messaging takes, as data: pictures up to 8 MB, films, sound and PDF up to 25 MB. The window: 24 hours after
 * the person's act (a story reply or mention is one), seven days after a Click-to-Direct ad (platform policy, September
 * 2026); with the Human Agent feature, seven days for people.
 */
export function capabilities(options: { readonly humanAgent: boolean }): ChannelCapabilities {
  return {
    title: 'Instagram',
    sends: ['text', 'image', 'video', 'audio', 'document', 'reaction', 'interactive'],
    maxTextLength: limits.text,
    maxCaptionLength: 0,
    maxMediaBytes: { image: 8 * MIB, video: 25 * MIB, audio: 25 * MIB, document: 25 * MIB },
    window: {
      hoursByOpener: { message: 24, referral: 7 * 24 },
      referralSources: ['ADS'],
      whenClosed: [],
      ...(options.humanAgent ? { humanHours: 7 * 24 } : {}),
    },
  }
}
