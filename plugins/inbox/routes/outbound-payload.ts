import {
  MEDIA_KINDS,
  type MediaKind,
  type ObjectStore,
  type OutboundContent,
  type OutboundMedia,
  outboundContentSchema,
} from '@parley/core'
import Joi from 'joi'
import { filesOf } from '../domain/files.ts'

/** What a caller may write: exactly one of the four. `media.kind` follows from the type of the file when it is left out. */
export interface OutboundPayload {
  readonly text?: string
  readonly template?: Omit<Extract<OutboundContent, { kind: 'template' }>, 'kind'>
  readonly media?: {
    readonly kind?: MediaKind
    readonly objectKey?: string
    readonly link?: string
    readonly mimeType?: string
    readonly fileName?: string
    readonly text?: string
  }
  readonly content?: OutboundContent
  /** Message id (ours) to quote. */
  readonly replyTo?: string
}

/** A text with something in it. Spaces around it are the writer's own. */
export const wordsSchema = Joi.string().pattern(/\S/, 'some text').max(65_536)

export const outboundKeys = {
  text: wordsSchema,
  template: Joi.object({
    name: Joi.string().required(),
    language: Joi.string().required(),
    components: Joi.array().items(Joi.object({ type: Joi.string().required() }).unknown(true)),
  }),
  media: Joi.object({
    kind: Joi.valid(...MEDIA_KINDS),
    objectKey: Joi.string(),
    link: Joi.string().uri({ scheme: ['http', 'https'] }),
    mimeType: Joi.string(),
    fileName: Joi.string(),
    text: Joi.string().max(65_536),
  }).xor('objectKey', 'link'),
  content: outboundContentSchema,
  replyTo: Joi.string().uuid(),
}

export function contentOf(payload: OutboundPayload): OutboundContent {
  const { text = '', template, media, content } = payload
  if (content !== undefined) return content
  if (template !== undefined) return { kind: 'template', ...template }
  if (media === undefined) return { kind: 'text', text }
  const { kind = kindOf(media.mimeType), text: caption, ...file } = media
  return { kind, media: file, ...(caption === undefined ? {} : { text: caption }) }
}

function kindOf(mimeType = ''): MediaKind {
  const family = mimeType.split('/', 1)[0]
  return MEDIA_KINDS.find((kind) => kind === family) ?? 'document'
}

/** Before a message names files: an upload that nobody keeps is swept away. */
export async function keepFiles(
  store: ObjectStore | undefined,
  tenantId: string,
  content: OutboundContent,
): Promise<void> {
  const keys = mediaOf(content).flatMap((media) => media?.objectKey ?? [])
  if (keys.length > 0) await store?.keep(tenantId, keys)
}

function mediaOf(content: OutboundContent): readonly (OutboundMedia | undefined)[] {
  return 'cards' in content ? content.cards.map((card) => card.media) : filesOf(content)
}
