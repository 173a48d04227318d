import type { Connection, ObjectStore, OutboundContent, OutboundMedia } from '@parley/core'
import type { RemoteSettings } from '../settings.ts'
import { refuse, type SendRefusal } from './outcome.ts'

type Linked<T> = { readonly ok: true; readonly value: T } | SendRefusal

/** Files of ours as links: a remote has no key to the object store. */
export class FileLinks {
  readonly #store: ObjectStore
  readonly #settings: RemoteSettings

  constructor(store: ObjectStore, settings: RemoteSettings) {
    this.#store = store
    this.#settings = settings
  }

  /** The content with every object key in it replaced. */
  async linked(connection: Connection, content: OutboundContent): Promise<Linked<OutboundContent>> {
    if ('media' in content) {
      const media = await this.#link(connection, content.media)
      return media.ok ? { ok: true, value: { ...content, media: media.value } } : media
    }
    if (content.kind === 'email' && content.attachments !== undefined) {
      const attachments: OutboundMedia[] = []
      for (const attachment of content.attachments) {
        const media = await this.#link(connection, attachment)
        if (!media.ok) return media
        attachments.push(media.value)
      }
      return { ok: true, value: { ...content, attachments } }
    }
    if (content.kind === 'interactive' && 'cards' in content) return this.#cards(connection, content)
    return { ok: true, value: content }
  }

  async #cards(
    connection: Connection,
    content: Extract<OutboundContent, { kind: 'interactive'; cards: unknown }>,
  ): Promise<Linked<OutboundContent>> {
    const cards: (typeof content.cards)[number][] = []
    for (const card of content.cards) {
      if (card.media === undefined) cards.push(card)
      else {
        const media = await this.#link(connection, card.media)
        if (!media.ok) return media
        cards.push({ ...card, media: media.value })
      }
    }
    return { ok: true, value: { ...content, cards } }
  }

  async #link(connection: Connection, media: OutboundMedia): Promise<Linked<OutboundMedia>> {
    const { objectKey, ...rest } = media
    if (objectKey === undefined) return { ok: true, value: media }
    const { fileName } = media
    const link = await this.#store.link(connection.tenantId, objectKey, {
      ttlSeconds: this.#settings.linkSeconds,
      ...(fileName === undefined ? {} : { fileName }),
    })
    if (link === undefined) return refuse('content', 'parley.no-object', 'The file is no longer in the object store.')
    if (URL.canParse(link)) return { ok: true, value: { ...rest, link } }
    const { publicUrl } = this.#settings
    if (publicUrl !== undefined) return { ok: true, value: { ...rest, link: new URL(link, publicUrl).href } }
    const detail = 'The remote fetches files from us, and this installation has no PUBLIC_URL.'
    return refuse('content', 'parley.no-public-url', detail)
  }
}
