import type { ChannelCapabilities } from '@parley/core'

/** One of the channels that Twilio carries. Key of its providers, of its endpoints and of its connections. */
export type TwilioChannel = 'twilio' | 'twilio-whatsapp'

/** What differs between SMS and WhatsApp on one and the same API. */
export interface TwilioProduct {
  readonly channel: TwilioChannel
  readonly capabilities: ChannelCapabilities
}

const MIB = 1024 * 1024

/**
 * Twilio's error 14103 (1,600 characters) and "Accepted content types for media" (July 2026): 5 MB with all files together,
 * which is one here. There is no window: who may be written to is a matter of consent.
 */
export const SMS: TwilioProduct = {
  channel: 'twilio',
  capabilities: {
    title: 'SMS',
    sends: ['text', 'image', 'video', 'audio', 'document'],
    maxTextLength: 1600,
    maxCaptionLength: 1600,
    maxMediaBytes: { image: 5 * MIB, video: 5 * MIB, audio: 5 * MIB, document: 5 * MIB },
    window: null,
  },
}

/**
 * "Guidance on WhatsApp media messages" (Twilio, July 2026): 16 MB, images 5 MB. The window is WhatsApp's own. Buttons and
 * lists exist at Twilio in content templates only.
 */
export const TWILIO_WHATSAPP: TwilioProduct = {
  channel: 'twilio-whatsapp',
  capabilities: {
    title: 'WhatsApp (Twilio)',
    sends: ['text', 'image', 'video', 'audio', 'document', 'location', 'template'],
    maxTextLength: 1600,
    maxCaptionLength: 1024,
    maxMediaBytes: { image: 5 * MIB, video: 16 * MIB, audio: 16 * MIB, document: 16 * MIB },
    window: { hoursByOpener: { message: 24, referral: 72 }, whenClosed: ['template'] },
  },
}
