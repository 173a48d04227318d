import {
  contentTypeOf,
  type ImageFailure,
  type ImageProcessor,
  type Result,
  refuse,
  type Thumbnail,
  typeAllowed,
} from '@parley/core'
import type { ImagesSettings } from './settings.ts'

/** What is decoded. No SVG: it is a program, and may ask for other files. */
const TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/avif']

/** Small images by libvips. Metadata is dropped, as sharp does unless it is asked to keep it; turning it upright comes first. */
export class SharpImages implements ImageProcessor {
  readonly #settings: ImagesSettings

  constructor(settings: ImagesSettings) {
    this.#settings = settings
  }

  get maxBytes(): number {
    return this.#settings.maxBytes
  }

  async thumbnail(content: Buffer, edge: number): Promise<Result<{ thumbnail: Thumbnail }, ImageFailure>> {
    const { maxBytes, maxPixels, quality, timeoutSeconds } = this.#settings
    if (content.length > maxBytes) return refuse('too-large', `An image may have ${maxBytes} bytes at most.`)
    const type = await contentTypeOf(content)
    if (type === undefined || !typeAllowed(type, TYPES))
      return refuse('not-an-image', 'This is no image that can be read.')
    // Only now: libvips takes eight megabytes, and many an installation never sees an image.
    const { default: sharp } = await import('sharp')
    try {
      const image = sharp(content, { limitInputPixels: maxPixels, failOn: 'error' })
      const { data, info } = await image
        .rotate()
        .resize(edge, edge, { fit: 'inside', withoutEnlargement: true })
        .webp({ quality })
        .timeout({ seconds: timeoutSeconds })
        .toBuffer({ resolveWithObject: true })
      return { ok: true, thumbnail: { content: data, mimeType: 'image/webp', width: info.width, height: info.height } }
    } catch (error) {
      const tooLarge = error instanceof Error && /pixel limit|timeout/i.test(error.message)
      return tooLarge
        ? refuse('too-large', `An image may have ${maxPixels} pixels at most.`)
        : refuse('not-an-image', 'This image is broken.')
    }
  }
}
