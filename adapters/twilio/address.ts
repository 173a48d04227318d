import type { Identity } from '@parley/core'
import type { TwilioChannel } from './product.ts'

/** An address as Twilio writes it, and what it stands for here. */
export interface TwilioAddress {
  readonly channel: TwilioChannel
  /** Without the channel's prefix: `+4915112345678`, a short code, a business-scoped id. */
  readonly value: string
}

const PHONE = /^\+\d{5,20}$/
/** `US.13491208655302741918`: a WhatsApp user's id within one business. */
const BSUID = /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/
const MAX_VALUE = 320

/** `undefined` for an address of a channel that this adapter does not speak for: `rcs:…`, `messenger:…`. */
export function addressOf(text: string): TwilioAddress | undefined {
  if (text.startsWith('whatsapp:')) return { channel: 'twilio-whatsapp', value: text.slice('whatsapp:'.length) }
  return text === '' || text.includes(':') ? undefined : { channel: 'twilio', value: text }
}

/**
 * A phone means the same everywhere, so that a person is one person on SMS and on WhatsApp, whoever carries it. What is no
 * phone means something only within the Twilio account.
 */
export function identityOf({ value }: TwilioAddress, accountSid: string): Identity {
  if (PHONE.test(value)) return { kind: 'phone', scope: '', value }
  return { kind: BSUID.test(value) ? 'bsuid' : 'twilio-address', scope: accountSid, value: value.slice(0, MAX_VALUE) }
}

/** How a person is written to on a channel; `undefined` for an identity that Twilio cannot write to. */
export function recipientOf(channel: TwilioChannel, { kind, value }: Identity): string | undefined {
  if (channel === 'twilio-whatsapp') return kind === 'phone' || kind === 'bsuid' ? `whatsapp:${value}` : undefined
  return kind === 'phone' || kind === 'twilio-address' ? value : undefined
}
