import type { ChannelCapabilities } from '@parley/core'
import { type PlatformLimits, templateLimits } from '../meta/platform/send/limits.ts'

const MIB = 1024 * 1024

/** Meta's Send API reference (2026): text below 2,000 characters, files up to 25 MB. */
export const limits: PlatformLimits = { text: 2000, ...templateLimits }

/**
 * What the Send API takes, as data. The window: 24 hours after the person's act, seven days after a Click-to-Messenger ad
 * (Meta's platform policy, September 2026); with the Human Agent feature, seven days for people.
 */
export function capabilities(options: { readonly humanAgent: boolean }): ChannelCapabilities {
  return {
    title: 'Messenger',
    sends: ['text', 'image', 'video', 'audio', 'document', 'interactive'],
    maxTextLength: limits.text,
    maxCaptionLength: 0,
    maxMediaBytes: { image: 25 * MIB, video: 25 * MIB, audio: 25 * MIB, document: 25 * MIB },
    window: {
      hoursByOpener: { message: 24, referral: 7 * 24 },
      referralSources: ['ADS'],
      whenClosed: [],
      ...(options.humanAgent ? { humanHours: 7 * 24 } : {}),
    },
  }
}
