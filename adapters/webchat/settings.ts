import Joi from 'joi'

/** A bucket of `burst` tokens that refills at `perMinute`. */
export interface RateLimit {
  readonly burst: number
  readonly perMinute: number
}

export interface WebchatSettings {
  /** How long a browser stays the same visitor without coming back; renewed on every visit. */
  readonly sessionTtlSeconds: number
  /** How long a link to a file works. */
  readonly fileLinkTtlSeconds: number
  /** How long an uploaded file may wait for the message that sends it. */
  readonly uploadTtlSeconds: number
  /** The longest life a signed identity may give itself. */
  readonly identityMaxSeconds: number
  /** UTF-16 code units, both ways. */
  readonly maxTextLength: number
  readonly maxFileBytes: number
  /** MIME types as found in the content, never as declared. */
  readonly fileTypes: readonly string[]
  /** Most messages of one history answer. */
  readonly historyPage: number
  /** Threads whose changes are pushed to this process's sockets; the least recently used one is forgotten first. */
  readonly watchedThreads: number
  /** Seconds a host page may keep the embed script before asking again. */
  readonly scriptCacheSeconds: number
  readonly limits: {
    /** Of one network address. */
    readonly sessions: RateLimit
    /** Of one visitor. */
    readonly messages: RateLimit
    /** Of one visitor. */
    readonly reads: RateLimit
    /** Of one visitor. */
    readonly files: RateLimit
    /** Buckets kept at a time. */
    readonly buckets: number
  }
}

const DAY = 86_400

/** No SVG and no HTML: both run scripts when opened. */
const FILE_TYPES = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'video/mp4',
  'video/webm',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'audio/mp4',
  'audio/x-m4a',
  'application/pdf',
  'text/plain',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
]

const positive = (fallback: number) => Joi.number().integer().min(1).default(fallback)

const rate = (burst: number, perMinute: number) =>
  Joi.object({ burst: positive(burst), perMinute: positive(perMinute) }).default({ burst, perMinute })

/** Every number of the web chat. */
export const settingsSchema: Joi.ObjectSchema<WebchatSettings> = Joi.object({
  sessionTtlSeconds: positive(90 * DAY),
  fileLinkTtlSeconds: positive(3600),
  uploadTtlSeconds: positive(DAY),
  identityMaxSeconds: positive(DAY),
  maxTextLength: positive(4096),
  maxFileBytes: positive(10 * 1024 * 1024),
  fileTypes: Joi.array().items(Joi.string()).default(FILE_TYPES),
  historyPage: positive(100),
  watchedThreads: positive(50_000),
  scriptCacheSeconds: positive(300),
  limits: Joi.object({
    sessions: rate(30, 30),
    messages: rate(20, 60),
    reads: rate(120, 600),
    files: rate(10, 10),
    buckets: positive(100_000),
  }).default({
    sessions: { burst: 30, perMinute: 30 },
    messages: { burst: 20, perMinute: 60 },
    reads: { burst: 120, perMinute: 600 },
    files: { burst: 10, perMinute: 10 },
    buckets: 100_000,
  }),
})
