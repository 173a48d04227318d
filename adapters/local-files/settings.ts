import { join, resolve } from 'node:path'
import Joi from 'joi'

export interface LocalFilesSettings {
  /** Where the files lie. Default: `files` in PARLEY_HOME. Several processes may share it. */
  readonly folder: string
  /** Uploads that were cut off by a crash are swept away at start once they are this old, in milliseconds. */
  readonly staleUploadMs: number
}

export const localFilesSettings: Joi.ObjectSchema<LocalFilesSettings> = Joi.object({
  folder: Joi.string().default(() => join(resolve(process.env.PARLEY_HOME || '.parley'), 'files')),
  staleUploadMs: Joi.number()
    .integer()
    .min(0)
    .default(24 * 3_600_000),
})
