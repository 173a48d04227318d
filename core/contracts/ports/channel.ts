import { defineManyPort } from '../../plugin/port.ts'
import type { Identity, Sender } from '../content/identity.ts'
import type { InboundMedia, MediaKind } from '../content/inbound.ts'
import type { OutboundContent, OutboundKind, TemplateContent } from '../content/outbound.ts'
import type { ChannelAccountChanged } from '../events/channel.ts'
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
    /** Sources of a referral (`referral.source`) that open the longer window; absent: any referral does. */
    readonly referralSources?: readonly string[]
    /** How long after the customer's last act a person, and nobody else, may still write. Absent: no longer than everybody. */
    readonly humanHours?: number
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
  /** A person wrote it after the free window ended: it goes out under what the vendor keeps for people (`humanHours`). */
  readonly humanAgent?: boolean
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
   * tenants share, whoever passes gets the account's messages: a valid key of another account must not. `shared` says that it
   * is asked for that; a channel that is told by the connection itself where its vendor is must then refuse.
   */
  test(
    connection: Connection,
    signal: AbortSignal,
    about?: { readonly shared: boolean },
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
    /** Who wrote it: some vendors show reading to a person, not on a message. */
    to: Identity
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
  /** `green`, `yellow`, `red`, as far as the vendor says. */
  readonly quality?: string
  /** Why it was rejected. */
  readonly reason?: string
}

/** A place in a template that every send fills. */
export interface ChannelTemplateParameter {
  /** What a value is given by: `body.1`, `header.image`, `button.0.1`. */
  readonly key: string
  /** `text`, `image`, `location`, … */
  readonly type: string
  readonly required: boolean
  readonly example?: string
}

export interface FilledChannelTemplate {
  /** What would be sent; absent while something is missing or unsupported. */
  readonly content?: TemplateContent
  /** The vendor's own words for `content`, without the recipient. */
  readonly payload?: Readonly<Record<string, unknown>>
  /** Keys of required parameters without a value. */
  readonly missing: readonly string[]
  /** Components that cannot be filled by key: `carousel`. */
  readonly unsupported: readonly string[]
  /** As the customer will read it. A place without a value shows its placeholder. */
  readonly shown: {
    readonly header?: string
    readonly body: string
    readonly footer?: string
    readonly buttons: readonly string[]
  }
}

/** What the vendor decided about one template; what is absent did not change. */
export interface ChannelTemplateNews {
  readonly name: string
  readonly language: string
  readonly status?: string
  readonly reason?: string
  readonly quality?: string
  readonly category?: string
}

/** A template as somebody hands it in for approval; `components` in the vendor's shape. */
export interface NewChannelTemplate {
  readonly name: string
  readonly language: string
  readonly category: string
  readonly components: readonly unknown[]
}

/**
 * What a vendor said to a change of its list. `refused`: it will never take this; `detail` says why. `retryable`: nobody can
 * tell whether it took it; the list will.
 */
export type ChannelTemplateWrite =
  | { readonly ok: true; readonly externalId?: string; readonly status?: string; readonly category?: string }
  | {
      readonly ok: false
      readonly failure: 'auth' | 'retryable' | 'refused'
      readonly code: string
      readonly detail: string
    }

/** Channels with pre-approved messages. An account change whose name begins with `template-` is about them. */
export interface ChannelTemplates {
  list(request: {
    connection: Connection
    signal: AbortSignal
  }): Promise<
    { ok: true; templates: readonly ChannelTemplate[] } | { ok: false; failure: 'auth' | 'retryable'; detail: string }
  >
  /** The places of a template. Pure, as the two below. */
  parameters?(template: ChannelTemplate): readonly ChannelTemplateParameter[]
  /** Values by the parameters' keys. */
  fill?(template: ChannelTemplate, values: Readonly<Record<string, unknown>>): FilledChannelTemplate
  /** Reads an account change; `undefined` when it does not say which template is meant. The list is asked anew in any case. */
  news?(change: Pick<ChannelAccountChanged, 'change' | 'detail'>): ChannelTemplateNews | undefined
  /** Hands a template in. It can be sent once the vendor has approved it; so can a changed one. */
  submit?(request: {
    connection: Connection
    template: NewChannelTemplate
    signal: AbortSignal
  }): Promise<ChannelTemplateWrite>
  change?(request: {
    connection: Connection
    template: ChannelTemplate
    patch: Pick<NewChannelTemplate, 'components'> & Partial<Pick<NewChannelTemplate, 'category'>>
    signal: AbortSignal
  }): Promise<ChannelTemplateWrite>
  remove?(request: {
    connection: Connection
    template: ChannelTemplate
    signal: AbortSignal
  }): Promise<ChannelTemplateWrite>
}

export const channelTemplates = defineManyPort<ChannelTemplates>('channel-templates')

/** Channels whose messages do not say who wrote them: the vendor tells it when asked. Same keys as `channel`. */
export interface ChannelProfiles {
  /** `sender` has the identity that was asked for, and the names the vendor shows. */
  profileOf(request: { connection: Connection; identity: Identity; signal: AbortSignal }): Promise<
    | { ok: true; sender: Sender }
    /** `hidden`: the vendor does not tell us about this person, now or later. */
    | { ok: false; failure: 'hidden' | 'auth' | 'throttled' | 'retryable'; detail: string }
  >
}

export const channelProfiles = defineManyPort<ChannelProfiles>('channel-profiles')
