import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Joi from 'joi'

/** From the environment: `bucket` is S3_FILES_BUCKET. Times in milliseconds. */
export interface S3FilesSettings {
  readonly bucket: string
  /** `auto` for Cloudflare R2. */
  readonly region: string
  /** Without it, Amazon's own. R2: `https://<account>.r2.cloudflarestorage.com`. */
  readonly endpoint?: string
  /** The bucket stands in the path instead of the host name: MinIO, and most others that are no vendor's cloud. */
  readonly pathStyle: boolean
  /** Without them the SDK looks where it always does: environment, shared files, the machine's role. */
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  /** Before every key: several installations may share a bucket. */
  readonly prefix: string
  /** Where streams are gathered until their size and type are known. */
  readonly spoolFolder: string
  /** Of one part of a large upload; S3 takes no less than 5 MiB. */
  readonly partBytes: number
  readonly requestMs: number
  readonly connectMs: number
  /** Tries of one call, by the SDK's own backoff. */
  readonly maxAttempts: number
  readonly staleUploadMs: number
  readonly provisionalMs: number
  readonly sweepEveryMs: number
}

const HOUR = 3_600_000
const MIB = 1024 * 1024
const ms = (value: number) => Joi.number().integer().min(1).default(value)

export const s3FilesSettings: Joi.ObjectSchema<S3FilesSettings> = Joi.object({
  bucket: Joi.string().min(3).max(63).required(),
  region: Joi.string().default('us-east-1'),
  endpoint: Joi.string().uri({ scheme: ['http', 'https'] }),
  pathStyle: Joi.boolean().default(false),
  accessKeyId: Joi.string(),
  secretAccessKey: Joi.string(),
  prefix: Joi.string()
    .allow('')
    .pattern(/^([\w.-]+\/)*$/, 'folders, each ended by a slash')
    .default(''),
  spoolFolder: Joi.string().default(() => join(tmpdir(), 'parley-spool')),
  partBytes: Joi.number()
    .integer()
    .min(5 * MIB)
    .default(8 * MIB),
  requestMs: ms(60_000),
  connectMs: ms(5_000),
  maxAttempts: Joi.number().integer().min(1).max(10).default(3),
  staleUploadMs: ms(24 * HOUR),
  provisionalMs: ms(48 * HOUR),
  sweepEveryMs: ms(HOUR),
}).and('accessKeyId', 'secretAccessKey')
