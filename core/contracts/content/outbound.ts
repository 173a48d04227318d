import Joi from 'joi'
import { MEDIA_KINDS, type MediaKind } from './inbound.ts'

/** Exactly one of `objectKey` (our object store) and `link` (fetched by the vendor). */
export interface OutboundMedia {
  readonly objectKey?: string
  readonly link?: string
  readonly mimeType?: string
  readonly fileName?: string
}

export interface TemplateParameter {
  readonly type: string
  readonly [field: string]: unknown
}

/** A pre-approved message. `components` follow the vendor's shape; named and positional parameters both pass. */
export interface TemplateContent {
  readonly kind: 'template'
  readonly name: string
  /** BCP 47 with underscore, as the vendor names it: `en_US`. */
  readonly language: string
  readonly components?: readonly {
    readonly type: string
    readonly parameters?: readonly TemplateParameter[]
    readonly [field: string]: unknown
  }[]
}

/** A tap gives `id` back, or opens `url`. */
export type CardButton = { readonly title: string } & ({ readonly id: string } | { readonly url: string })

/** One card of a row that the customer leafs through. Without a title it is a file with buttons. */
export interface Card {
  readonly title?: string
  readonly subtitle?: string
  /** A picture, or for a card without a title also a film (by `mimeType`). */
  readonly media?: OutboundMedia
  /** Where a tap on the card itself leads. */
  readonly url?: string
  readonly buttons?: readonly CardButton[]
}

/** A choice put before the customer. */
export type InteractiveContent = {
  readonly kind: 'interactive'
  readonly text: string
  readonly header?: string
  readonly footer?: string
} & (
  | { readonly buttons: readonly { readonly id: string; readonly title: string }[] }
  | {
      readonly list: {
        readonly button: string
        readonly sections: readonly {
          readonly title?: string
          readonly rows: readonly { readonly id: string; readonly title: string; readonly description?: string }[]
        }[]
      }
    }
  | { readonly link: { readonly title: string; readonly url: string } }
  | { readonly cards: readonly Card[] }
  | {
      readonly flow: {
        readonly id: string
        readonly button: string
        readonly token?: string
        readonly data?: Readonly<Record<string, unknown>>
      }
    }
)

/** A mail. Without a subject it goes on with the one that the customer wrote last. */
export interface OutboundMail {
  readonly kind: 'email'
  readonly subject?: string
  readonly text: string
  readonly html?: string
  readonly attachments?: readonly OutboundMedia[]
  readonly cc?: readonly string[]
  readonly bcc?: readonly string[]
  /** To many at once, so it says how to unsubscribe (RFC 8058): an address of ours that a POST without login reaches. */
  readonly unsubscribeUrl?: string
}

/** What a tenant can say, on any channel that lists the kind in its capabilities. */
export type OutboundContent =
  | { readonly kind: 'text'; readonly text: string; readonly previewUrl?: boolean }
  | { readonly kind: MediaKind; readonly media: OutboundMedia; readonly text?: string }
  | {
      readonly kind: 'location'
      readonly latitude: number
      readonly longitude: number
      readonly name?: string
      readonly address?: string
    }
  | { readonly kind: 'reaction'; readonly emoji: string | null; readonly target: string }
  | OutboundMail
  | TemplateContent
  | InteractiveContent

export type OutboundKind = OutboundContent['kind']
export const OUTBOUND_KINDS: readonly OutboundKind[] = [
  'text',
  ...MEDIA_KINDS,
  'location',
  'reaction',
  'email',
  'template',
  'interactive',
]

const text = Joi.string().max(65_536)
const media = Joi.object({
  objectKey: Joi.string(),
  link: Joi.string().uri({ scheme: ['http', 'https'] }),
  mimeType: Joi.string(),
  fileName: Joi.string(),
}).xor('objectKey', 'link')
const recipients = Joi.array()
  .items(Joi.string().email({ tlds: false }).max(320))
  .max(50)
const row = Joi.object({ id: Joi.string().required(), title: Joi.string().required(), description: Joi.string() })

const card = Joi.object({
  title: Joi.string(),
  subtitle: Joi.string(),
  media,
  url: Joi.string().uri(),
  buttons: Joi.array()
    .items(Joi.object({ title: Joi.string().required(), id: Joi.string(), url: Joi.string().uri() }).xor('id', 'url'))
    .min(1),
}).or('title', 'media')

const shapes: Readonly<Record<string, Joi.ObjectSchema>> = {
  text: Joi.object({ kind: 'text', text: text.required(), previewUrl: Joi.boolean() }),
  location: Joi.object({
    kind: 'location',
    latitude: Joi.number().min(-90).max(90).required(),
    longitude: Joi.number().min(-180).max(180).required(),
    name: text,
    address: text,
  }),
  reaction: Joi.object({
    kind: 'reaction',
    emoji: Joi.string().allow(null).required(),
    target: Joi.string().required(),
  }),
  email: Joi.object({
    kind: 'email',
    subject: Joi.string()
      .max(998)
      .pattern(/[\r\n]/, { invert: true }),
    text: text.required(),
    html: Joi.string().max(262_144),
    attachments: Joi.array().items(media).max(20),
    cc: recipients,
    bcc: recipients,
    unsubscribeUrl: Joi.string().uri({ scheme: 'https' }),
  }),
  template: Joi.object({
    kind: 'template',
    name: Joi.string().required(),
    language: Joi.string().required(),
    components: Joi.array().items(
      Joi.object({
        type: Joi.string().required(),
        parameters: Joi.array().items(Joi.object({ type: Joi.string().required() }).unknown(true)),
      }).unknown(true),
    ),
  }),
  interactive: Joi.object({
    kind: 'interactive',
    text: text.required(),
    header: Joi.string(),
    footer: Joi.string(),
    buttons: Joi.array()
      .items(Joi.object({ id: Joi.string().required(), title: Joi.string().required() }))
      .min(1),
    list: Joi.object({
      button: Joi.string().required(),
      sections: Joi.array()
        .items(Joi.object({ title: Joi.string(), rows: Joi.array().items(row).min(1).required() }))
        .min(1)
        .required(),
    }),
    link: Joi.object({ title: Joi.string().required(), url: Joi.string().uri().required() }),
    cards: Joi.array().items(card).min(1),
    flow: Joi.object({
      id: Joi.string().required(),
      button: Joi.string().required(),
      token: Joi.string(),
      data: Joi.object().unknown(true),
    }),
  }).xor('buttons', 'list', 'link', 'cards', 'flow'),
  ...Object.fromEntries(MEDIA_KINDS.map((kind) => [kind, Joi.object({ kind, media: media.required(), text })])),
}

export const outboundContentSchema: Joi.AlternativesSchema<OutboundContent> = Joi.alternatives().conditional('.kind', {
  switch: Object.entries(shapes).map(([kind, schema]) => ({ is: kind, then: schema })),
  otherwise: Joi.object({ kind: Joi.valid(...Object.keys(shapes)).required() }).unknown(true),
})
