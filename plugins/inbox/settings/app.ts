import Joi from 'joi'

/** Limits of the inbox for the whole installation. Times in milliseconds unless named otherwise. */
export interface InboxSettings {
  readonly pageSize: number
  readonly maxPageSize: number
  /** Events recorded in one transaction. */
  readonly inboundBatch: number
  /** How long a burst of messages must be quiet before it is answered; a tenant may set its own. 0: at once. */
  readonly burstMs: number
  /** A burst that never falls quiet is answered after this many quiet times. */
  readonly maxBurstFactor: number
  /** Bursts decided in one transaction. */
  readonly autoReplyBatch: number
  readonly autoReplyPrefetch: number
  readonly sendPrefetch: number
  /** Threads sent to at the same time. */
  readonly sendConcurrency: number
  /** Attempts claimed, or outcomes recorded, in one transaction. */
  readonly sendBatch: number
  readonly sendTimeoutMs: number
  /** Passing faults after which a send is given up. */
  readonly maxAttempts: number
  /** First wait after a passing fault; doubles with each. */
  readonly retryBaseMs: number
  /** Wait of sends while the account's credential is refused, and between two tests of it. */
  readonly authRetryMs: number
  /** Wait of a throttled send when the vendor names none. */
  readonly throttleMs: number
  /** An unknown outcome without evidence is shown to the agents after this. */
  readonly unconfirmedAfterMs: number
  readonly mediaMaxBytes: number
  /** What agents may upload, found in the content: types, or families as `image/*`. */
  readonly mediaTypes: readonly string[]
  readonly mediaConcurrency: number
  readonly mediaMaxAttempts: number
  readonly mediaTimeoutMs: number
  /** Newest matching messages that a search looks at, and conversations it gives back. */
  readonly searchNewest: number
  readonly searchMost: number
  /** Conversations that one run of the sweep closes, for a tenant. */
  readonly sweepBatch: number
  /** Names asked of vendors at the same time, and how often for one person. */
  readonly profileConcurrency: number
  readonly profileMaxAttempts: number
  /** Newest messages of a thread that a delivery or read watermark is applied to. */
  readonly watermarkReach: number
  /** News about messages that never came. */
  readonly earlyKeepDays: number
  /** Pushes to agents' sockets are gathered for this long. */
  readonly hintMs: number
}

/** What channels carry: pictures, sound, films, and documents that are no programs. */
const MEDIA_TYPES = [
  'image/*',
  'audio/*',
  'video/*',
  'application/pdf',
  'application/zip',
  'application/rtf',
  'application/ogg',
  'application/x-cfb',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.oasis.opendocument.text',
  'application/vnd.oasis.opendocument.spreadsheet',
  'application/vnd.oasis.opendocument.presentation',
  'text/plain',
  'text/calendar',
  'text/vcard',
]

const count = (value: number) => Joi.number().integer().min(1).default(value)
const time = (value: number) => Joi.number().integer().min(0).default(value)

export const appSettings: Joi.ObjectSchema<InboxSettings> = Joi.object({
  pageSize: count(50),
  maxPageSize: count(200),
  inboundBatch: count(200),
  burstMs: time(1500),
  maxBurstFactor: count(10),
  autoReplyBatch: count(200),
  autoReplyPrefetch: count(2000),
  sendPrefetch: count(2000),
  sendConcurrency: count(512),
  sendBatch: count(200),
  sendTimeoutMs: count(30_000),
  maxAttempts: count(6),
  retryBaseMs: time(1000),
  authRetryMs: time(30_000),
  throttleMs: time(2000),
  unconfirmedAfterMs: time(600_000),
  mediaMaxBytes: count(100 * 1024 * 1024),
  mediaTypes: Joi.array().items(Joi.string()).default(MEDIA_TYPES),
  mediaConcurrency: count(8),
  mediaMaxAttempts: count(8),
  mediaTimeoutMs: count(60_000),
  searchNewest: count(5000),
  searchMost: count(500),
  sweepBatch: count(500),
  profileConcurrency: count(4),
  profileMaxAttempts: count(3),
  watermarkReach: count(200),
  earlyKeepDays: count(7),
  hintMs: time(50),
})
