import { definePort } from '../../plugin/port.ts'
import type { Result } from '../../plugin/result.ts'

export interface Thumbnail {
  readonly content: Buffer
  readonly mimeType: string
  readonly width: number
  readonly height: number
}

/** `not-an-image`: none of the formats it reads, or broken. `too-large`: more pixels or bytes than it dares to decode. */
export type ImageFailure = 'not-an-image' | 'too-large'

/** Makes small images out of large ones. What a picture says about its place and camera is left out. */
export interface ImageProcessor {
  /** Fits into a square of `edge` pixels, upright, never enlarged. The first frame of a moving one. */
  thumbnail(content: Buffer, edge: number): Promise<Result<{ thumbnail: Thumbnail }, ImageFailure>>
  /** Largest file that is worth handing over. */
  readonly maxBytes: number
}

export const imageProcessor = definePort<ImageProcessor>('image-processor')
