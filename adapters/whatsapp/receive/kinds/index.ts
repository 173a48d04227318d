import { readButton } from './button.ts'
import { readContacts } from './contacts.ts'
import { readInteractive } from './interactive.ts'
import { readLocation } from './location.ts'
import { mediaReader, readVoice } from './media.ts'
import { readOrder } from './order.ts'
import { readReaction } from './reaction.ts'
import type { KindReader } from './reader.ts'
import { readSystem, readWelcome } from './system.ts'
import { readText } from './text.ts'
import { readUnsupported } from './unsupported.ts'

/** By `message.type`. A type that is not here is unknown: stored whole, and counted. */
export const KIND_READERS: ReadonlyMap<string, KindReader> = new Map([
  ['text', readText],
  ['image', mediaReader('image')],
  ['video', mediaReader('video')],
  ['audio', mediaReader('audio')],
  ['voice', readVoice],
  ['document', mediaReader('document')],
  ['sticker', mediaReader('sticker')],
  ['location', readLocation],
  ['contacts', readContacts],
  ['interactive', readInteractive],
  ['button', readButton],
  ['reaction', readReaction],
  ['order', readOrder],
  ['system', readSystem],
  ['request_welcome', readWelcome],
  ['unsupported', readUnsupported],
])
