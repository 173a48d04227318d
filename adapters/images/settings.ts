import Joi from 'joi'

export interface ImagesSettings {
  /** Largest file that is decoded. */
  readonly maxBytes: number
  /** Most pixels that are decoded: a small file may claim to be a huge picture. */
  readonly maxPixels: number
  /** Of the WebP that is made, 1 to 100. */
  readonly quality: number
  /** Seconds for one image. */
  readonly timeoutSeconds: number
}

const count = (value: number) => Joi.number().integer().min(1).default(value)

export const imagesSettings: Joi.ObjectSchema<ImagesSettings> = Joi.object({
  maxBytes: count(25 * 1024 * 1024),
  maxPixels: count(50_000_000),
  quality: count(80).max(100),
  timeoutSeconds: count(10),
})
