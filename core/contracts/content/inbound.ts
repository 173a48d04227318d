import Joi from 'joi'

/** A file a customer sent: the vendor's reference now, our object once it has been fetched. */
export interface InboundMedia {
  readonly mimeType: string
  /** The vendor's handle, for the channel's `media` port. */
  readonly ref?: string
  /** Where our copy lies in the object store. */
  readonly objectKey?: string
  readonly fileName?: string
  readonly bytes?: number
  /** Hex or base64 as the vendor gives it; kept for comparing. */
  readonly sha256?: string
}

/** A file of a mail. An inline one is shown where the HTML names its `contentId`. */
export interface MailAttachment extends InboundMedia {
  /** Without angle brackets; the HTML says `cid:<contentId>`. */
  readonly contentId?: string
  readonly inline?: boolean
}

export interface MailAddress {
  readonly address: string
  readonly name?: string
}

export const MEDIA_KINDS = ['image', 'video', 'audio', 'document', 'sticker'] as const
export type MediaKind = (typeof MEDIA_KINDS)[number]

/** What a customer can say, on any channel. A kind the channel does not know arrives as `unsupported`, never as nothing. */
export type InboundContent =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: MediaKind
      readonly media: InboundMedia
      readonly text?: string
      readonly voice?: boolean
      readonly animated?: boolean
    }
  | {
      readonly kind: 'location'
      readonly latitude: number
      readonly longitude: number
      readonly name?: string
      readonly address?: string
      readonly url?: string
    }
  | { readonly kind: 'contacts'; readonly contacts: readonly Readonly<Record<string, unknown>>[] }
  /** A tap: a button, a list row, a quick reply, a template's button, a submitted form. `payload` is the id we gave it. */
  | {
      readonly kind: 'reply'
      readonly source: 'button' | 'list' | 'quick-reply' | 'template-button' | 'flow'
      readonly text: string
      readonly payload?: string
      readonly data?: Readonly<Record<string, unknown>>
    }
  /** `emoji: null` takes the reaction back. */
  | { readonly kind: 'reaction'; readonly emoji: string | null; readonly target: string }
  /**
   * A mail. `text` is what the person wrote now; what they quote, and what they sign with, is folded away. `html` is the
   * whole mail made safe: no scripts, no forms, nothing loaded from elsewhere.
   */
  | {
      readonly kind: 'email'
      readonly subject: string
      readonly text: string
      readonly html?: string
      readonly quoted?: string
      readonly signature?: string
      readonly attachments?: readonly MailAttachment[]
      readonly to?: readonly MailAddress[]
      readonly cc?: readonly MailAddress[]
      /** A machine wrote it (RFC 3834, a list, an out-of-office note): nothing answers it by itself. */
      readonly automatic?: boolean
    }
  | { readonly kind: 'order'; readonly order: Readonly<Record<string, unknown>>; readonly text?: string }
  | {
      readonly kind: 'system'
      readonly event: string
      readonly text?: string
      readonly data?: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'unsupported'; readonly vendorKind: string; readonly detail?: string; readonly raw?: unknown }

export type InboundKind = InboundContent['kind']

const text = Joi.string().allow('').max(65_536)
const media = Joi.object({
  mimeType: Joi.string().required(),
  ref: Joi.string(),
  objectKey: Joi.string(),
  fileName: Joi.string().allow(''),
  bytes: Joi.number().integer().min(0),
  sha256: Joi.string(),
})
const record = Joi.object().unknown(true)
const addresses = Joi.array().items(
  Joi.object({ address: Joi.string().max(320).required(), name: Joi.string().allow('').max(500) }),
)

const shapes: Readonly<Record<string, Joi.ObjectSchema>> = {
  text: Joi.object({ kind: 'text', text: text.required() }),
  location: Joi.object({
    kind: 'location',
    latitude: Joi.number().required(),
    longitude: Joi.number().required(),
    name: text,
    address: text,
    url: text,
  }),
  contacts: Joi.object({ kind: 'contacts', contacts: Joi.array().items(record).required() }),
  reply: Joi.object({
    kind: 'reply',
    source: Joi.valid('button', 'list', 'quick-reply', 'template-button', 'flow').required(),
    text: text.required(),
    payload: text,
    data: record,
  }),
  reaction: Joi.object({
    kind: 'reaction',
    emoji: Joi.string().allow(null).required(),
    target: Joi.string().required(),
  }),
  email: Joi.object({
    kind: 'email',
    subject: Joi.string().allow('').max(2_000).required(),
    text: text.required(),
    html: Joi.string().max(262_144),
    quoted: text,
    signature: text,
    attachments: Joi.array()
      .items(media.keys({ contentId: Joi.string().max(500), inline: Joi.boolean() }))
      .max(100),
    to: addresses,
    cc: addresses,
    automatic: Joi.boolean(),
  }),
  order: Joi.object({ kind: 'order', order: record.required(), text }),
  system: Joi.object({ kind: 'system', event: Joi.string().required(), text, data: record }),
  unsupported: Joi.object({ kind: 'unsupported', vendorKind: Joi.string().required(), detail: text, raw: Joi.any() }),
  ...Object.fromEntries(
    MEDIA_KINDS.map((kind) => [
      kind,
      Joi.object({ kind, media: media.required(), text, voice: Joi.boolean(), animated: Joi.boolean() }),
    ]),
  ),
}

/** Chosen by `kind` alone, so that an error names the field that is wrong rather than "no alternative matches". */
export const inboundContentSchema: Joi.AlternativesSchema<InboundContent> = Joi.alternatives().conditional('.kind', {
  switch: Object.entries(shapes).map(([kind, schema]) => ({ is: kind, then: schema })),
  otherwise: Joi.object({ kind: Joi.valid(...Object.keys(shapes)).required() }).unknown(true),
})

/** What a list, a search or a keyword rule reads of a message; empty when it has no words. */
export function textOf(content: InboundContent): string {
  if (content.kind === 'email') return [content.subject, content.text].filter((part) => part !== '').join('\n')
  if ('text' in content && content.text !== undefined) return content.text
  if (content.kind === 'location') return [content.name, content.address].filter(Boolean).join(', ')
  return ''
}
