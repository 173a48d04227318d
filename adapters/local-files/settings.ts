import { join, resolve } from 'node:path'
import Joi from 'joi'

/** Times in milliseconds. */
export interface LocalFilesSettings {
  /** Where the files lie. Default: `files` in PARLEY_HOME. Several processes may share it. */
  readonly folder: string
  /** Uploads that were cut off by a crash are swept away once they are this old. */
  readonly staleUploadMs: number
  /** Uploads that nobody came to use are swept away once they are this old. */
  readonly provisionalMs: number
  readonly sweepEveryMs: number
}

const HOUR = 3_600_000

export const localFilesSettings: Joi.ObjectSchema<LocalFilesSettings> = Joi.object({
  folder: Joi.string().default(() => join(resolve(process.env.PARLEY_HOME || '.parley'), 'files')),
  staleUploadMs: Joi.number()
    .integer()
    .min(0)
    .default(24 * HOUR),
  provisionalMs: Joi.number()
    .integer()
    .min(0)
    .default(48 * HOUR),
  sweepEveryMs: Joi.number().integer().min(1).default(HOUR),
})
