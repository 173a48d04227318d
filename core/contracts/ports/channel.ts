import { defineManyPort } from '../../plugin/port.ts'
import type { Identity } from '../content/identity.ts'
import type { InboundMedia, MediaKind } from '../content/inbound.ts'
import type { OutboundContent, OutboundKind } from '../content/outbound.ts'
import type { Connection } from './connections.ts'

/** What a channel can do, as data: the inbox and the composer read it, nobody asks "is it WhatsApp?". */
export interface ChannelCapabilities {
  /** For people: `WhatsApp`. */
  readonly title: string
  readonly sends: readonly OutboundKind[]
  /** Characters, as the vendor counts them. */
  readonly maxTextLength: number
  readonly maxCaptionLength: number
  /** Bytes by kind; a kind that is absent cannot be sent. */
  readonly maxMediaBytes: Readonly<Partial<Record<MediaKind, number>>>
  /** How long after which opening act a free message may be sent, and what may be sent when closed. `null`: always open. */
  readonly window: {
    readonly hoursByOpener: Readonly<{ message: number; referral?: number }>
    readonly whenClosed: readonly OutboundKind[]
  } | null
}

export interface SendRequest {
  readonly connection: Connection
  readonly to: Identity
  readonly content: OutboundContent
  /** The message id. The vendor hands it back in statuses and echoes, where it can: that is how an unknown outcome is settled. */
  readonly correlationId: string
  /** External id of the message to quote. */
  readonly replyTo?: string
  readonly signal: AbortSignal
}

/**
 * - `throttled`: come back after `retryAfterMs`; costs no attempt
 * - `retryable`: the vendor's passing fault
 * - `window`: only what `whenClosed` allows may be sent now
 * - `recipient`: this person cannot be reached, or does not want to be
 * - `content`: the vendor refuses what was to be sent
 * - `auth`: the account's credential or permission is gone; sending stops until it is mended
 * - `unknown`: it may have been accepted; never repeat it blindly
 */
export type SendFailure = 'throttled' | 'retryable' | 'window' | 'recipient' | 'content' | 'auth' | 'unknown'

export type SendResult =
  /** `held`: accepted, but the vendor delays it. */
  | { readonly ok: true; readonly externalId: string; readonly held?: boolean }
  | {
      readonly ok: false
      readonly failure: SendFailure
      /** The vendor's own code: `131047`. */
      readonly code: string
      readonly detail: string
      readonly retryAfterMs?: number
    }

/** Speaks to one outside messaging system. Every method answers with a value; throwing means a bug. */
export interface Channel {
  readonly capabilities: ChannelCapabilities
  send(request: SendRequest): Promise<SendResult>
  /**
   * Asks the vendor whether the connection's credential is good for this very account, `externalId`. At an endpoint that
   * tenants share, whoever passes gets the account's messages: a valid key of another account must not.
   */
  test(
    connection: Connection,
    signal: AbortSignal,
  ): Promise<{ ok: true; title: string } | { ok: false; detail: string }>
}

export const channel = defineManyPort<Channel>('channel')

/** Channels whose files must be fetched from the vendor. Same keys as `channel`. */
export interface ChannelMedia {
  /** Streams the file; `gone` when the vendor has expired it for good. */
  fetch(request: {
    connection: Connection
    media: InboundMedia
    signal: AbortSignal
  }): Promise<
    | { ok: true; content: NodeJS.ReadableStream; mimeType: string; bytes?: number }
    | { ok: false; failure: 'gone' | 'too-large' | 'auth' | 'retryable'; detail: string }
  >
}

export const channelMedia = defineManyPort<ChannelMedia>('channel-media')

/** Channels that can show the customer that we read, and that we write. */
export interface ChannelReceipts {
  markRead(request: {
    connection: Connection
    externalId: string
    typing: boolean
    signal: AbortSignal
  }): Promise<SendResult>
}

export const channelReceipts = defineManyPort<ChannelReceipts>('channel-receipts')

export interface ChannelTemplate {
  readonly externalId: string
  readonly name: string
  readonly language: string
  readonly category: string
  /** `approved`, `pending`, `rejected`, `paused`, `disabled`. */
  readonly status: string
  readonly components: readonly unknown[]
}

/** Channels with pre-approved messages. */
export interface ChannelTemplates {
  list(request: {
    connection: Connection
    signal: AbortSignal
  }): Promise<
    { ok: true; templates: readonly ChannelTemplate[] } | { ok: false; failure: 'auth' | 'retryable'; detail: string }
  >
}

export const channelTemplates = defineManyPort<ChannelTemplates>('channel-templates')
