import type { ChannelCapabilities } from '@parley/core'

const KIB = 1024
const MIB = 1024 * KIB

/**
 * What the Cloud API takes, as data. Lengths: nyaruka/courier and Meta's messages reference. Sizes: Meta's "Supported media
 * types" (December 2025): image 5 MB, audio and video 16 MB, document 100 MB, sticker 500 KB animated and 100 KB static.
 * A conversation that an ad opened stays open for 72 hours.
 */
export const capabilities: ChannelCapabilities = {
  title: 'WhatsApp',
  sends: ['text', 'image', 'video', 'audio', 'document', 'sticker', 'location', 'reaction', 'template', 'interactive'],
  maxTextLength: 4096,
  maxCaptionLength: 1024,
  maxMediaBytes: { image: 5 * MIB, video: 16 * MIB, audio: 16 * MIB, document: 100 * MIB, sticker: 500 * KIB },
  window: { hoursByOpener: { message: 24, referral: 72 }, whenClosed: ['template'] },
}

/** Characters of the parts of an interactive message, and how many of each there may be. */
export const interactiveLimits = {
  body: 1024,
  header: 60,
  footer: 60,
  buttons: 3,
  buttonTitle: 20,
  replyId: 256,
  rows: 10,
  rowTitle: 24,
  rowDescription: 72,
  rowId: 200,
  sections: 10,
  sectionTitle: 24,
  flowButton: 30,
} as const
